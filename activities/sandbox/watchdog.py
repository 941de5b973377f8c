"""Watches what a cell uses and says in words which limit it broke."""

import asyncio
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from activities.sandbox.cell import GIB, MIB, Cell, Limits, Usage
from targets.tree import Process, proportional_bytes, read_tree


class Watchdog:
    """One look after another at a running cell; `root` is the first process of its namespace."""

    def __init__(self, cell: Cell, root: int) -> None:
        self._limits = cell.limits
        self._folders = tuple(cell.writable.values())
        self._root = root
        self._started = time.monotonic()
        self.usage = Usage()

    async def look(self) -> str | None:
        """Take the usage now; the broken limit in words, or None."""
        processes = self.take()
        return (
            self._time_breach()
            or processes_breach(self.usage, self._limits)
            or await self._memory_breach(processes)
            or folders_breach(self._folders, self._limits)
        )

    def take(self) -> list[Process]:
        """Take the usage now; the processes that it is the sum of."""
        processes = list(_at_most(read_tree(self._root), self._limits.processes))
        memory = sum(process.resident_bytes for process in processes)
        self.usage = Usage(
            cpu_seconds=max(self.usage.cpu_seconds, sum(process.cpu_seconds for process in processes)),
            memory_bytes=memory,
            peak_memory_bytes=max(self.usage.peak_memory_bytes, memory),
            processes=sum(process.threads for process in processes),
        )
        return processes

    def _time_breach(self) -> str | None:
        limit = self._limits.seconds
        if limit is None or time.monotonic() - self._started <= limit:
            return None
        return f"ran longer than {limit:g} s"

    async def _memory_breach(self, processes: list[Process]) -> str | None:
        """Resident memory counts a shared page once per process, so the exact sum decides; a process can make reading it slow."""
        limit = self._limits.memory_bytes
        if self.usage.memory_bytes <= limit or await asyncio.to_thread(_exact_bytes, processes) <= limit:
            return None
        return f"used more than {in_words(limit)} of memory"


def processes_breach(usage: Usage, limits: Limits) -> str | None:
    """Too many processes and threads."""
    return f"ran more than {limits.processes} processes and threads" if usage.processes > limits.processes else None


def folders_breach(folders: Iterable[Path], limits: Limits) -> str | None:
    """Too much in the folders of the host that the cell may write."""
    total, count = 0, 0
    try:
        for size in (size for folder in folders for size in _sizes(folder)):
            total += size
            count += 1
            if count > limits.writable_files:
                return f"made more than {limits.writable_files} files"
            if total > limits.writable_bytes:
                return f"wrote more than {in_words(limits.writable_bytes)} to disk"
    except PermissionError:
        return "made a folder that cannot be read"
    return None


def in_words(size: int) -> str:
    """A size for a person."""
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / MIB:.0f} MiB"


def _exact_bytes(processes: list[Process]) -> int:
    return sum(map(proportional_bytes, processes))


def _at_most(processes: Iterator[Process], limit: int) -> Iterator[Process]:
    """Stops reading once the limit is broken, so that a fork bomb does not keep the watchdog busy."""
    threads = 0
    for process in processes:
        yield process
        threads += process.threads
        if threads > limit:
            return


def _sizes(folder: Path) -> Iterator[int]:
    """Bytes on disk of each thing below a folder; links are not followed."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    yield status.st_blocks * 512
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append(Path(entry.path))
        except FileNotFoundError:
            continue
