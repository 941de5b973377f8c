"""Going back to an earlier champion: whose reign ends, whose begins, and how fast that one is known to be."""

from collections.abc import Sequence

from search.lineage import ROOT, Standing, is_crowned
from search.record import Record
from search.review import Retrial, Review
from search.succession import reigning, standing, succession
from search.value import Value
from search.verdict import Rejected, Verdict

STAGE = "rollback"


class Reversal(Value):
    """What going back changes."""

    retrials: tuple[Retrial, ...]
    standing: Standing


class NoWayBack(ValueError):
    """The candidate cannot reign again; the message says why."""


def reverse(records: Sequence[Record], reviews: Sequence[Review], number: int, *, reason: str) -> Reversal:
    """Back to a champion that stands, or to one that only a rollback dethroned. Nobody is crowned who did not win a duel."""
    champions = succession(records, reviews)
    numbers = [champion.number for champion in champions]
    current = reigning(records, reviews)
    if current is not None and current.number == number:
        raise NoWayBack(f"{_name(number)} is the champion already")
    known = _standing_of(records, reviews, number)
    if number in numbers and known is not None:
        later = numbers[numbers.index(number) + 1 :]
        fallen = tuple(Retrial(number=one, crowned=True, verdict=Rejected(stage=STAGE, reason=reason)) for one in later)
        return Reversal(retrials=fallen, standing=known)
    won = _undone(records, reviews, number)
    if won is None or known is None:
        raise NoWayBack(f"candidate {number} cannot be the champion: {_why_not(records, reviews, number)}")
    before = _before(records, reviews, number)
    later = [one for one in numbers if one not in before]
    fallen = tuple(Retrial(number=one, crowned=True, verdict=Rejected(stage=STAGE, reason=reason)) for one in later)
    return Reversal(retrials=(*fallen, Retrial(number=number, crowned=False, verdict=won)), standing=known)


def _standing_of(records: Sequence[Record], reviews: Sequence[Review], number: int) -> Standing | None:
    """The candidate against the starter, as it was known while it reigned last."""
    if number == ROOT:
        return Standing(after=ROOT, champion=ROOT, ratio=1.0, low=1.0, high=1.0)
    moments = [record.ended for record in records if record.number == number] + [review.ended for review in reviews]
    for moment in sorted(moments, reverse=True):
        then = [record for record in records if record.ended <= moment]
        found = standing(then, [review for review in reviews if review.ended <= moment])
        if found is not None and found.champion == number:
            return found
    return None


def _undone(records: Sequence[Record], reviews: Sequence[Review], number: int) -> Verdict | None:
    """The verdict that crowned a candidate whose last fall was a rollback; None for everybody else."""
    mine = [retrial for review in reviews for retrial in review.retrials if retrial.number == number and retrial.verdict is not None]
    if not mine or not isinstance(mine[-1].verdict, Rejected) or mine[-1].verdict.stage != STAGE:
        return None
    raised = [retrial.verdict for retrial in mine if retrial.raised]
    first = next(record for record in records if record.number == number)
    return raised[-1] if raised else first.verdict if is_crowned(first) else None


def _before(records: Sequence[Record], reviews: Sequence[Review], number: int) -> frozenset[int]:
    """Who stood when the candidate was crowned last: those whom it had beaten, or who had been beaten by those."""
    ends = [record.ended for record in records if record.number == number]
    ends += [review.ended for review in reviews if any(one.number == number and one.raised for one in review.retrials)]
    crowned = max(ends)
    then = succession([record for record in records if record.ended <= crowned], [review for review in reviews if review.ended <= crowned])
    return frozenset(champion.number for champion in then)


def _why_not(records: Sequence[Record], reviews: Sequence[Review], number: int) -> str:
    record = next((record for record in records if record.number == number), None)
    if record is None:
        return "it has no verdict"
    fallen = [one.verdict for review in reviews for one in review.retrials if one.number == number and one.demoted]
    if fallen and isinstance(fallen[-1], Rejected):
        return f"it was demoted ({fallen[-1].stage}: {fallen[-1].reason})"
    return "it never won a duel"


def _name(number: int) -> str:
    return "the starter" if number == ROOT else f"candidate {number}"
