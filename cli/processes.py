"""Processes that outlive the terminal: started in their own session, known to be alive by a lock that they hold."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from search.value import Value


class AlreadyRunning(RuntimeError):
    """The lock is held: another copy of this process lives."""


class Resident(Value):
    """A detached process as its lock file describes it."""

    pid: int
    details: dict[str, str] = {}


def start_resident(command: Sequence[str], *, lock: Path, log: Path, details: dict[str, str], environment: dict[str, str]) -> Resident:
    """Start `command` detached, holding `lock` for its whole life; raises AlreadyRunning when the lock is held."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"{command[0]} already runs: {lock} is held") from None
        resident = Resident(pid=_spawn(command, log, environment, keep=descriptor), details=details)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, resident.model_dump_json().encode(), 0)
        return resident
    finally:
        os.close(descriptor)


def find_resident(lock: Path) -> Resident | None:
    """The process that holds `lock`, or None when nobody does."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(descriptor)
        return None
    finally:
        os.close(descriptor)


def end_resident(lock: Path, *, grace_seconds: float) -> bool:
    """Ask the holder of `lock` to stop, kill its process group when it does not; True when there was one."""
    resident = find_resident(lock)
    if resident is None:
        return False
    _signal(resident.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while find_resident(lock) is not None:
        if time.monotonic() > deadline:
            _signal(resident.pid, signal.SIGKILL)
            deadline = time.monotonic() + grace_seconds
        time.sleep(0.05)
    return True


def _spawn(command: Sequence[str], log: Path, environment: dict[str, str], *, keep: int) -> int:
    """The id of a new session's leader that reads nothing, writes to `log` and keeps the descriptor; nobody waits for it."""
    os.set_inheritable(keep, True)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(command[0], list(command), environment, file_actions=actions, setsid=True)


def _read(descriptor: int) -> Resident | None:
    """The lock's text; None for the moment between taking the lock and writing it."""
    text = os.pread(descriptor, 65536, 0)
    return Resident.model_validate(json.loads(text)) if text else None


def _signal(pid: int, number: signal.Signals) -> None:
    """Signal a session leader's whole group; a group that is gone already is what we want."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
