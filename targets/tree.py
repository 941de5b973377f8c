"""The processes below one process, read from /proc: threads, memory and CPU time."""

import os
from collections.abc import Iterator
from pathlib import Path

from search.value import Value

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
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
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2 :].split()
    ticks = sum(int(field) for field in fields[11:15])
    return Process(pid=pid, threads=int(fields[17]), resident_bytes=int(fields[21]) * PAGE_BYTES, cpu_seconds=ticks / TICKS_PER_SECOND)


def children(pid: int) -> list[int]:
    """The living children of all threads of one process."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found.extend(int(child) for child in (thread / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def proportional_bytes(process: Process) -> int:
    """Proportional set size: memory that several processes share is divided between them. Slow: it walks the page tables.

    A process that forbids this look at itself is charged with all that it has resident.
    """
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return process.resident_bytes
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), process.resident_bytes)


def tree_seconds(root: int) -> float:
    """CPU seconds that the tree below `root` has used so far."""
    return sum(process.cpu_seconds for process in read_tree(root))
