"""The engine's own account of its steps, for a profiler that asks for one."""

import json
import os
import time
from pathlib import Path

from batch import Batch


class Timeline:
    """Appends one JSON line per step to the file that the environment variable TIMELINE names, if it names one."""

    def __init__(self) -> None:
        path = os.environ.get("TIMELINE")
        self.file = Path(path).open("a", buffering=1) if path else None  # noqa: SIM115 (open as long as the engine)

    def add(self, batch: Batch, start: float) -> None:
        """Record a step that began at `start` and ends now."""
        if self.file is None:
            return
        kind = "decode" if batch.decoding == len(batch.spans) else "mixed" if batch.decoding else "prefill"
        line = {
            "kind": kind,
            "start": start,
            "seconds": time.monotonic() - start,
            "requests": len(batch.spans),
            "tokens": len(batch.tokens),
        }
        self.file.write(json.dumps(line) + "\n")
