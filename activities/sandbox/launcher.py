"""Runs as a script of its own: sets the limits that a process carries with it, then becomes bubblewrap.

Arguments: the parent's process id, open files, bytes of one file, the control groups to enter (files, separated as in PATH), then
the command.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
FIRST_TO_GO = "1000"


def main() -> None:
    """Become the command that the arguments name."""
    parent, open_files, file_bytes = (int(argument) for argument in sys.argv[1:4])
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    # When memory runs out faster than the watchdog looks, the kernel takes the candidate before anything else.
    Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_NOFILE, open_files)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _enter(sys.argv[4])
    os.execvp(sys.argv[5], sys.argv[5:])


def _enter(groups: str) -> None:
    """Into each group that lets us; the watchdog's limits hold without them."""
    for entrance in filter(None, groups.split(os.pathsep)):
        with contextlib.suppress(OSError):
            Path(entrance).write_text(str(os.getpid()))


def _limit(kind: int, wanted: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    main()
