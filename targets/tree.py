"""The processes below one process, read from /proc: threads, memory and CPU time."""

import os
from collections.abc import Iterator

from search.value import Value

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
CHUNK_BYTES = 65536
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Process(Value):
    """One line of /proc/PID/stat, in seconds and bytes."""

    pid: int
    threads: int
    resident_bytes: int
    cpu_seconds: float
    """Own time and that of its children that have ended and were waited for."""


def read_tree(root: int) -> Iterator[Process]:
    """The process `root` and all below it, parents first; processes that end meanwhile are left out.

    Children are found through each thread's `children` file, because reading all of /proc costs milliseconds on a busy host.
    """
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        process = read_process(pid)
        if process is not None:
            yield process
            waiting.extend(children(pid))


def read_process(pid: int) -> Process | None:
    """One process, or None when there is no such process any more."""
    try:
        text = _read(f"/proc/{pid}/stat")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2 :].split()
    ticks = sum(int(field) for field in fields[11:15])
    return Process(pid=pid, threads=int(fields[17]), resident_bytes=int(fields[21]) * PAGE_BYTES, cpu_seconds=ticks / TICKS_PER_SECOND)


def children(pid: int) -> list[int]:
    """The living children of all threads of one process."""
    found: list[int] = []
    try:
        with os.scandir(f"/proc/{pid}/task") as threads:
            for thread in threads:
                found.extend(int(child) for child in _read(f"{thread.path}/children").split())
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def proportional_bytes(process: Process) -> int:
    """Proportional set size: memory that several processes share is divided between them. Slow: it walks the page tables.

    A process that forbids this look at itself is charged with all that it has resident.
    """
    try:
        lines = _read(f"/proc/{process.pid}/smaps_rollup").splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return process.resident_bytes
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), process.resident_bytes)


def tree_seconds(root: int) -> float:
    """CPU seconds that the tree below `root` has used so far."""
    return sum(process.cpu_seconds for process in read_tree(root))


def _read(path: str) -> str:
    """A whole file of /proc, at a fifth of the price of a text file: a watched server has a hundred of them several times a second."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = b""
        while part := os.read(descriptor, CHUNK_BYTES):
            text += part
        return text.decode(errors="replace")
    finally:
        os.close(descriptor)
