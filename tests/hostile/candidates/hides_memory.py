"""Takes memory that no process maps, so that no sum over processes shows it; refuses to serve when it cannot."""

import os

import honest

try:
    hidden = os.memfd_create("hidden")
    os.truncate(hidden, 8 << 30)
except OSError as problem:
    raise SystemExit(f"nothing to gain: no memory without a process, {problem.strerror}") from None
honest.main()
