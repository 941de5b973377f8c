"""Who reigns after all verdicts and all reviews: the newest verdict of each candidate, the champions that still stand, the frontier."""

import math
from collections.abc import Sequence
from datetime import datetime

from search.lineage import ROOT, Standing, best_so_far, is_crowned, next_standing
from search.record import Record
from search.review import Review
from search.verdict import Measured, Verdict

CHAMPIONS_KEPT = 12
UNDECIDED_KEPT = 4
"""How many of each kind the frontier holds: each costs a duel when a search is scored again."""


def judged(records: Sequence[Record], reviews: Sequence[Review] = ()) -> tuple[Record, ...]:
    """Every candidate with its newest verdict, in the order in which they first ended."""
    newest = _newest(reviews)
    return tuple(
        record.model_copy(update={"verdict": newest[record.number][1]}) if record.number in newest else record
        for record in _ordered(records)
    )


def succession(records: Sequence[Record], reviews: Sequence[Review] = ()) -> tuple[Record, ...]:
    """The champions that still stand, in the order in which they were crowned last; the starter first."""
    newest = _newest(reviews)
    standing = [record for record in judged(records, reviews) if is_crowned(record)]
    crowned = {record.number: (record.ended, 0) for record in standing}
    crowned |= {number: place for number, (place, _) in newest.items()}
    return tuple(sorted(standing, key=lambda record: (record.number != ROOT, crowned[record.number])))


def reigning(records: Sequence[Record], reviews: Sequence[Review] = ()) -> Record | None:
    """The champion; None before the starter has passed its gates."""
    standing = succession(records, reviews)
    return standing[-1] if standing else None


def frontier(records: Sequence[Record], reviews: Sequence[Review] = ()) -> tuple[Record, ...]:
    """What is worth another duel: the starter, the newest champions in their order, the best of those left undecided above 1."""
    champions = succession(records, reviews)
    undecided = sorted(filter(_undecided_above_one, judged(records, reviews)), key=_ratio)
    return (*champions[:1], *champions[1:][-CHAMPIONS_KEPT:], *undecided[-UNDECIDED_KEPT:])


def standing(records: Sequence[Record], reviews: Sequence[Review] = ()) -> Standing | None:
    """The champion against the starter: as the newest review found it, and along the promotions since; None before the baseline."""
    if not reviews:
        series = best_so_far(_ordered(records))
        return series[-1] if series else None
    last = reviews[-1]
    known = Standing(after=last.champion, champion=last.champion, ratio=last.ratio, low=last.low, high=last.high)
    for record in _ordered(records):
        known = next_standing(known, record) if record.ended > last.ended else known.model_copy(update={"after": record.number})
    return known


def _newest(reviews: Sequence[Review]) -> dict[int, tuple[tuple[datetime, int], Verdict]]:
    """By candidate: the newest verdict that a review gave, and when, its place within the review included."""
    return {
        retrial.number: ((review.ended, place), retrial.verdict)
        for review in reviews
        for place, retrial in enumerate(review.retrials)
        if retrial.verdict is not None
    }


def _undecided_above_one(record: Record) -> bool:
    match record.verdict:
        case Measured(kind="undecided", ratio=ratio, pairs=pairs):
            return pairs > 1 and math.isfinite(ratio) and ratio > 1
        case _:
            return False


def _ratio(record: Record) -> float:
    return record.verdict.ratio if isinstance(record.verdict, Measured) else 0.0


def _ordered(records: Sequence[Record]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: (record.ended, record.number)))
