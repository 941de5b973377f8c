"""The command as a person starts it, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from activities.home import Home
from search.value import Value

COMMAND = Path(sys.executable).parent / "vibeserve"
LIMIT_SECONDS = 120


class Ended(Value):
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str


Vibeserve = Callable[..., Ended]


def start(home: Home, *arguments: str, **environment: str) -> Ended:
    """Run the command to its end."""
    ended = subprocess.run(
        [str(COMMAND), *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env={**environment_of(home), **environment},
    )
    return Ended(code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)


def environment_of(home: Home) -> dict[str, str]:
    """What the command reads of its environment: no cluster of the world outside, no terminal, and a device lease of its own, so that
    no test waits for a search that happens to run on this machine."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("TEMPORAL_", "VIBESERVE_", "COLUMNS"))}
    return {**kept, "VIBESERVE_HOME": str(home.root), "TMPDIR": str(home.root.parent)}
