"""How a search went: each candidate against the starter, along the chain of confirmed duels, in the order in which they ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cli.chronicle import State
from search.lineage import Standing, best_so_far
from search.record import Record
from search.value import Value
from search.verdict import Interval, Measured


class Stage(Value):
    """One candidate that ended."""

    rank: int
    """0 for the first that ended."""
    seconds: float
    """From the beginning of the search to its end."""
    number: int
    state: State
    claim: str
    ratio: float | None = None
    """Against the starter: its own duel times what its opponent had reached; None when nothing was measured."""
    interval: Interval | None = None
    """The same for its duel's interval."""
    opponent: int | None = None
    """The champion of its time."""
    standing: Standing | None = None
    """The best system once it had ended."""


def stages(records: Sequence[Record]) -> tuple[Stage, ...]:
    """`records` in the order in which they ended."""
    standings = {standing.after: standing for standing in best_so_far(records)}
    began = min((record.started for record in records), default=None)
    found: list[Stage] = []
    before: Standing | None = None
    for rank, record in enumerate(records):
        stage = _stage(rank, record, before, began or record.started)
        before = standings.get(record.number, before)
        found.append(stage.model_copy(update={"standing": before}))
    return tuple(found)


def _stage(rank: int, record: Record, before: Standing | None, began: datetime) -> Stage:
    plain = Stage(
        rank=rank,
        seconds=(record.ended - began) / timedelta(seconds=1),
        number=record.number,
        state=record.verdict.kind,
        claim=record.hypothesis.claim,
        opponent=before.champion if before else None,
    )
    if record.verdict.kind == "baseline":
        return plain.model_copy(update={"ratio": 1.0})
    if not isinstance(record.verdict, Measured) or record.verdict.pairs < 2 or before is None:
        return plain
    won, bounds = record.verdict, record.verdict.interval
    scaled = Interval(low=bounds.low * before.ratio, high=bounds.high * before.ratio, level=bounds.level)
    return plain.model_copy(update={"ratio": (won.confirmed_ratio or won.ratio) * before.ratio, "interval": scaled})
