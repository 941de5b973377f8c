"""How long steps took, and how long it took from one to the next of the same workflow, read from the log of steps."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from activities.home import Home
from search.value import Value

PAUSE_SECONDS = 5.0
"""Without any step: the search was interrupted; that time does not count."""
LEDGER_STEPS = ("plan", "generate", "novelty", "record")


class Part(Value):
    """So many candidates in a row."""

    first: int
    last: int
    seconds: float
    steps: int
    millis: dict[str, float]
    """Median time of each step in the ledger."""
    gap_millis: float
    """Median from one step's end to the beginning of the next in the same workflow: Temporal, and waiting for a free thread."""
    gap_p99_millis: float


class Finished:
    """Counts the candidates that have ended; each look reads only what was written since the last."""

    def __init__(self, home: Home) -> None:
        """Nothing is read yet."""
        self._steps = home.steps
        self._read = 0
        self._count = 0

    def count(self) -> int:
        """Until now."""
        if self._steps.exists():
            with self._steps.open("rb") as file:
                file.seek(self._read)
                whole = file.read().rpartition(b"\n")[0] + b"\n"
            if len(whole) > 1:
                self._read += len(whole)
                self._count += sum(_ends_candidate(json.loads(line)) for line in whole.splitlines())
        return self._count


def parts(home: Home, size: int) -> tuple[Part, ...]:
    """The search cut after each `size` candidates that ended."""
    cut: list[list[dict[str, Any]]] = [[]]
    ended = 0
    for entry in _entries(home):
        cut[-1].append(entry)
        ended += _ends_candidate(entry)
        if _ends_candidate(entry) and ended % size == 0:
            cut.append([])
    return tuple(_part(entries, number * size, size) for number, entries in enumerate(cut) if len(entries) > size)


def _part(entries: list[dict[str, Any]], first: int, size: int) -> Part:
    times = [_seconds(entry) for entry in entries]
    between = [later - earlier for earlier, later in pairwise(times)]
    took, gaps = _durations(entries)
    return Part(
        first=first,
        last=first + sum(_ends_candidate(entry) for entry in entries),
        seconds=sum(span for span in between if span < PAUSE_SECONDS),
        steps=sum(entry["event"] == "ended" for entry in entries),
        millis={step: _at(took[step], 0.5) * 1000 for step in LEDGER_STEPS},
        gap_millis=_at(gaps, 0.5) * 1000,
        gap_p99_millis=_at(gaps, 0.99) * 1000,
    )


def _durations(entries: list[dict[str, Any]]) -> tuple[dict[str, list[float]], list[float]]:
    took: dict[str, list[float]] = defaultdict(list)
    gaps: list[float] = []
    began: dict[tuple[str, str], float] = {}
    left: dict[str, float] = {}
    for entry in entries:
        now, run = _seconds(entry), entry["run"]
        if entry["event"] == "began":
            began[run, entry["id"]] = now
            if run in left:
                gaps.append(now - left.pop(run))
        elif (run, entry["id"]) in began:
            took[entry["step"]].append(now - began.pop((run, entry["id"])))
            left[run] = now
    return took, gaps


def _ends_candidate(entry: dict[str, Any]) -> bool:
    return entry["event"] == "ended" and entry["step"] == "record"


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))] if values else 0.0


def _entries(home: Home) -> Iterator[dict[str, Any]]:
    if not home.steps.exists():
        return
    for line in home.steps.read_text().splitlines():
        if line.endswith("}"):
            yield json.loads(line)


def _seconds(entry: dict[str, Any]) -> float:
    return datetime.fromisoformat(entry["when"]).timestamp()
