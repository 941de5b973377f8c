"""The right to measure on one device: a machine-wide lock that lives as long as any process that holds its descriptor."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from search.value import Value

POLL_SECONDS = 0.2
HOLDER_BYTES = 500


class Lease(Value):
    """A held device. Children that inherit `descriptor` keep the device even when this process is killed."""

    device: str
    descriptor: int


@asynccontextmanager
async def leased(device: str, *, holder: str, waiting: Callable[[str], None]) -> AsyncGenerator[Lease]:
    """Hold `device` alone on this machine; `waiting` is called with "held by ..." whenever the holder that is in the way changes."""
    descriptor = os.open(_lock_file(device), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        await _acquire(descriptor, waiting)
        _write_holder(descriptor, f"{holder} (process {os.getpid()})")
        yield Lease(device=device, descriptor=descriptor)
    finally:
        os.close(descriptor)


def private_folder() -> Path:
    """This user's folder for what belongs to the machine rather than to a home; refused when somebody else made it."""
    folder = Path(tempfile.gettempdir()) / f"vibeserve-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else; remove it or set TMPDIR to a folder of your own")
    return folder


async def _acquire(descriptor: int, waiting: Callable[[str], None]) -> None:
    told = ""
    while not _try_lock(descriptor):
        found = os.pread(descriptor, HOLDER_BYTES, 0).decode(errors="replace") or "another process"
        if found != told:
            waiting(f"held by {found}")
            told = found
        await asyncio.sleep(POLL_SECONDS)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_holder(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode()[:HOLDER_BYTES], 0)


def _lock_file(device: str) -> Path:
    return private_folder() / f"{device}.lock"
