"""Control groups around a cell, where the host lets us make them: the kernel's wall behind the watchdog, which no burst outruns.

Both versions of the kernel's interface. Version 2 allows no group with limits below one that holds processes, so a cell's group is
made beside the one that we are in, which works for root and where systemd delegates a user's tree; in version 1 it is made below
ours, which only root may do.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from activities.sandbox.cell import Limits

PREFIX = "vibeserve"
CONTROLLERS = ("memory", "pids")
REMOVAL_SECONDS, LOOK_SECONDS = 2.0, 0.01
TEMPORARY_BYTES = 64 << 20
"""What bubblewrap and the small file systems of a cell take beside its processes."""


@dataclass(frozen=True)
class Hierarchy:
    """A folder of the control group file system in which groups can be made."""

    folder: Path
    version: int
    controllers: frozenset[str]

    def settings(self, limits: Limits) -> Iterator[tuple[str, int]]:
        """Files and what is written to them. The memory of a group holds /scratch and /dev/shm too; twice the processes, because the
        watchdog ends a cell at its limit and says so."""
        memory = limits.memory_bytes + 2 * limits.scratch_bytes + TEMPORARY_BYTES
        if "memory" in self.controllers:
            yield from [("memory.max", memory), ("memory.swap.max", 0)] if self.version == 2 else [("memory.limit_in_bytes", memory)]
        if "pids" in self.controllers:
            yield "pids.max", 2 * limits.processes


class ControlGroup:
    """The groups of one cell, one in each hierarchy; none where the host allows none."""

    def __init__(self, folders: Mapping[Path, Hierarchy]) -> None:
        """Use `make_group`."""
        self._folders = folders

    @property
    def entrances(self) -> tuple[Path, ...]:
        """Files into which a process writes its id to be limited with all that it starts."""
        return tuple(folder / "cgroup.procs" for folder in self._folders)

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel had to end a process of the group."""
        return any(_kills(folder, hierarchy) > 0 for folder, hierarchy in self._folders.items() if "memory" in hierarchy.controllers)

    async def remove(self) -> None:
        """Once the cell has ended; its last processes may take a moment to leave."""
        for folder in self._folders:
            left = REMOVAL_SECONDS
            while not _removed(folder) and left > 0:
                await asyncio.sleep(LOOK_SECONDS)
                left -= LOOK_SECONDS


def make_group(limits: Limits) -> ControlGroup:
    """A new group in every hierarchy that has one of the controllers and lets us."""
    folders: dict[Path, Hierarchy] = {}
    for hierarchy in hierarchies():
        folder = hierarchy.folder / f"{PREFIX}-{os.getpid()}-{os.urandom(4).hex()}"
        try:
            _sweep(hierarchy.folder)
            folder.mkdir()
        except OSError:
            continue
        folders[folder] = hierarchy
        for name, value in hierarchy.settings(limits):
            with contextlib.suppress(OSError):  # a kernel without swap has no limit on it
                (folder / name).write_text(str(value))
    return ControlGroup(folders)


def hierarchies(proc: Path = Path("/proc/self")) -> tuple[Hierarchy, ...]:
    """Where groups for a cell could be made, from what the kernel says of this process."""
    try:
        memberships = (proc / "cgroup").read_text().splitlines()
        mounts = [line.split(" - ") for line in (proc / "mountinfo").read_text().splitlines()]
    except OSError:
        return ()
    found: list[Hierarchy] = []
    for line in memberships:
        _, names, path = line.split(":", 2)
        for place, kind in mounts:
            root, point = place.split()[3:5]
            type_name, _, options = kind.split(" ", 2)
            own = Path(point) / os.path.relpath(path, root)
            if not names and type_name == "cgroup2":
                found += _unified(own.parent if path != root else own)
            elif names and type_name == "cgroup" and set(names.split(",")) <= set(options.split(",")):
                found += [Hierarchy(own, 1, wanted)] if (wanted := frozenset(CONTROLLERS) & set(names.split(","))) else []
    return tuple(found)


def _unified(folder: Path) -> list[Hierarchy]:
    try:
        enabled = (folder / "cgroup.subtree_control").read_text().split()
    except OSError:
        return []
    wanted = frozenset(CONTROLLERS) & set(enabled)
    return [Hierarchy(folder, 2, wanted)] if wanted else []


def _kills(folder: Path, hierarchy: Hierarchy) -> int:
    """How many processes the kernel ended for want of memory."""
    try:
        lines = (folder / ("memory.events" if hierarchy.version == 2 else "memory.oom_control")).read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _sweep(folder: Path) -> None:
    """Remove groups whose maker is gone, as after `kill -9` of a worker, with what lives in them: a cell whose starter dies before
    bubblewrap has tied it to its life waits for ever."""
    for left in folder.glob(f"{PREFIX}-*-*"):
        maker = left.name.split("-")[1]
        if maker.isdigit() and not Path("/proc", maker).exists():
            _kill_all(left)
            _removed(left)


def _kill_all(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for pid in (folder / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
