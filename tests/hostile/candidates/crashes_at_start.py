"""Does not get anywhere."""

raise RuntimeError("no kernel image is available")
