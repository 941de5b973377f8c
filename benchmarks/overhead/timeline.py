"""Divides the wall clock of a search into the steps that do its work and what lies between them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from search.value import Value

BOOKKEEPING = frozenset({"found", "plan", "record", "conclude"})
"""Steps that are orchestration themselves: git and planning. `generate` is the agent, all others are servers, load and verification."""
PREPARATION = "prepare"


class Step(Value):
    """One activity as Temporal's history tells it."""

    kind: str
    scheduled: datetime
    started: datetime
    """Of the last attempt."""
    ended: datetime
    attempts: int = 1


class Kind(Value):
    """All steps of one kind. They may overlap, so that the seconds of all kinds may add up to more than the wall clock."""

    kind: str
    count: int
    seconds: float
    wait_seconds: float
    """Between being scheduled and being taken by a worker."""
    retried: int


class Breakdown(Value):
    """Where the wall clock of a search went, in seconds."""

    wall: float
    """After the preparation, which would flatter the share."""
    preparation: float
    work: float
    """During which at least one step of agent, server, load or verification ran."""
    orchestration: float
    """The rest."""
    share: float
    first_verdict: float | None
    """From the start of the search, preparation included."""
    kinds: tuple[Kind, ...]


def break_down(steps: Sequence[Step], *, began: datetime, ended: datetime) -> Breakdown:
    """The share of orchestration: wall clock in which no step does the search's own work."""
    prepared = max((step.ended for step in steps if step.kind == PREPARATION), default=began)
    working = [step for step in steps if step.kind not in BOOKKEEPING and step.kind != PREPARATION]
    work = covered((max(step.started, prepared), step.ended) for step in working)
    wall = (ended - prepared).total_seconds()
    verdicts = [step.ended for step in steps if step.kind == "record"]
    return Breakdown(
        wall=wall,
        preparation=(prepared - began).total_seconds(),
        work=work,
        orchestration=wall - work,
        share=(wall - work) / wall if wall > 0 else 0.0,
        first_verdict=(min(verdicts) - began).total_seconds() if verdicts else None,
        kinds=_kinds(steps),
    )


def covered(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Seconds that lie in at least one of the spans."""
    total = timedelta()
    reached: datetime | None = None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += end - begin
            reached = end
    return total.total_seconds()


def _kinds(steps: Sequence[Step]) -> tuple[Kind, ...]:
    grouped: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        grouped[step.kind].append(step)
    kinds = (
        Kind(
            kind=kind,
            count=len(group),
            seconds=sum((step.ended - step.started).total_seconds() for step in group),
            wait_seconds=sum((step.started - step.scheduled).total_seconds() for step in group),
            retried=sum(step.attempts > 1 for step in group),
        )
        for kind, group in grouped.items()
    )
    return tuple(sorted(kinds, key=lambda kind: -kind.seconds))
