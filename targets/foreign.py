"""How much of the machine's cores others used during a window."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from search.value import Value
from targets.tree import TICKS_PER_SECOND, tree_seconds


class Reading(Value):
    """The cores' clocks at one moment."""

    at: float
    """Monotonic seconds."""
    busy_seconds: float
    """All that the cores did besides idling, since boot, time stolen by the hypervisor included."""
    own_seconds: float
    """The part of it that the given process trees used."""
    cores: int


def read_cores(trees: Iterable[int]) -> Reading:
    """Read the clocks now; `trees` are the processes whose trees, themselves included, are not foreign.

    Each tree must live at both readings of a window, else its work counts as foreign. Children that end are counted through whoever
    waits for them, a namespace's first process included. The kernel forgets those of a process that ignores SIGCHLD: their work counts
    as foreign, so a server that computes in such children spoils its own pairs, and a duel with too many spoiled pairs decides nothing.
    """
    own = sum(tree_seconds(pid) for pid in trees)
    return Reading(at=time.monotonic(), busy_seconds=_busy_seconds(), own_seconds=own, cores=os.cpu_count() or 1)


def foreign_load(before: Reading, after: Reading) -> float:
    """Share of all cores that others used between two readings, 0 to 1."""
    capacity = (after.at - before.at) * after.cores
    if capacity <= 0:
        return 0.0
    foreign = (after.busy_seconds - before.busy_seconds) - (after.own_seconds - before.own_seconds)
    return min(1.0, max(0.0, foreign / capacity))


def _busy_seconds() -> float:
    """User, nice, system, interrupts, soft interrupts and stolen time (proc(5)); guests are part of user already."""
    with Path("/proc/stat").open() as lines:
        user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in lines.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
