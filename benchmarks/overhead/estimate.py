"""Bounds the share of orchestration from the ledger alone, for a search whose Temporal history is gone."""

from collections.abc import Sequence

from search.measurement import Arm
from search.record import Record
from search.value import Value


class Bound(Value):
    """An upper bound, in seconds: what the ledger does not time (judging timed answers, waiting, profiling) counts as orchestration."""

    wall: float
    """From the first candidate's beginning to the last verdict."""
    work: float
    """Gates and arms of pairs."""
    share: float


def bound(records: Sequence[Record]) -> Bound:
    """Holds for candidates one after the other; beside each other, gates overlap and the bound may fall below the truth."""
    wall = (max(record.ended for record in records) - min(record.started for record in records)).total_seconds()
    gates = sum(gate.seconds for record in records for gate in record.gates)
    arms = sum(arm_seconds(arm) for record in records for pair in record.pairs for arm in (pair.champion, pair.candidate))
    work = min(gates + arms, wall)
    return Bound(wall=wall, work=work, share=1 - work / wall if wall > 0 else 0.0)


def arm_seconds(arm: Arm) -> float:
    """From the start of an arm's server to the end of its load."""
    return arm.start_seconds + arm.warmup_seconds + arm.window_seconds + arm.drain_seconds
