"""Views of a search's finished candidates: who descends from whom, who reigned, how fast, and what was tried."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from search.composition import Composition
from search.record import Record
from search.review import Retrial
from search.statistics import interval, median_ratio
from search.value import Value
from search.verdict import Baseline, Interval, Measured, Rejected, Verdict

STANDING_LEVEL = 0.95
ROOT = 0
"""Number of the starter's candidate."""


class Branch(Value):
    """One candidate in the drawn tree; the starter has depth 0."""

    depth: int
    record: Record


class Standing(Value):
    """The best system after a candidate had ended, against the starter."""

    after: int
    """Number of the candidate that ended."""
    champion: int
    ratio: float
    """Product of the confirmed ratios of all promotions so far."""
    low: float
    high: float
    """The ratio with the half widths of the confirmations' intervals at 95 %, added in quadrature on the log scale."""


class Direction(Value):
    """What one candidate did with a recipe, against the champion of its time, and how it ended."""

    candidate: int
    action: Literal["added", "removed", "retuned"]
    together: int
    """How many recipes changed in the same candidate, this one included."""
    verdict: str
    log_gain: float | None
    """Measured log-ratio of the whole candidate; None when a gate refused it."""


def is_crowned(record: Record) -> bool:
    """Whether the record made its candidate the champion."""
    return crowns(record.verdict)


def crowns(verdict: Verdict) -> bool:
    """Whether who ended so becomes the champion."""
    match verdict:
        case Baseline():
            return True
        case Measured(kind=kind):
            return kind == "promoted"
        case Rejected():
            return False


def children(records: Sequence[Record], number: int) -> tuple[Record, ...]:
    """The candidates that were written from candidate `number`, by number."""
    return tuple(sorted((record for record in records if record.parent == number), key=_number))


def tree(records: Sequence[Record]) -> tuple[Branch, ...]:
    """Every record once, each below its parent; a record whose parent is unknown stands at the root."""
    known = {record.number for record in records}
    roots = sorted((record for record in records if record.parent is None or record.parent not in known), key=_number)
    branches: list[Branch] = []
    pending = [Branch(depth=0, record=record) for record in reversed(roots)]
    while pending:
        branch = pending.pop()
        branches.append(branch)
        pending += [Branch(depth=branch.depth + 1, record=child) for child in reversed(children(records, branch.record.number))]
    return tuple(branches)


def best_so_far(records: Sequence[Record]) -> tuple[Standing, ...]:
    """The standing after each record, from the starter's baseline on."""
    standings: list[Standing] = []
    for record in records:
        if standings or is_crowned(record):
            standings.append(next_standing(standings[-1] if standings else None, record))
    return tuple(standings)


def composition(record: Record) -> Composition | None:
    """What the candidate is composed of; None when an agent wrote it. The starter is the empty composition."""
    starter = Composition() if isinstance(record.verdict, Baseline) else None
    return record.hypothesis.composition or starter


def tried(records: Sequence[Record]) -> frozenset[str]:
    """Keys of all compositions that ended, whatever the verdict."""
    found = (composition(record) for record in records)
    return frozenset(made.key() for made in found if made is not None)


def log_gain(record: Record) -> float | None:
    """The measured log-ratio over the champion of its time, on held-out seeds where there are some; None without a measurement."""
    match record.verdict:
        case Measured(ratio=ratio, confirmed_ratio=confirmed, pairs=pairs) if pairs:
            return math.log(confirmed or ratio)
        case _:
            return None


def directions(records: Sequence[Record]) -> Mapping[str, tuple[Direction, ...]]:
    """What was tried with each recipe and how it ended, oldest first."""
    found: dict[str, tuple[Direction, ...]] = {}
    reigning: Composition | None = None
    for record in records:
        made = composition(record)
        if made is not None and reigning is not None:
            for recipe, direction in _changes(reigning, made, record).items():
                found[recipe] = (*found.get(recipe, ()), direction)
        if is_crowned(record):
            reigning = made
    return found


def _changes(before: Composition, after: Composition, record: Record) -> Mapping[str, Direction]:
    old = {choice.recipe: choice.settings for choice in before.choices}
    new = {choice.recipe: choice.settings for choice in after.choices}
    actions: dict[str, Literal["added", "removed", "retuned"]] = {
        **dict.fromkeys(sorted(new.keys() - old.keys()), "added"),
        **dict.fromkeys(sorted(old.keys() - new.keys()), "removed"),
        **dict.fromkeys(sorted(name for name in new.keys() & old.keys() if new[name] != old[name]), "retuned"),
    }
    return {
        recipe: Direction(
            candidate=record.number,
            action=action,
            together=len(actions),
            verdict=record.verdict.kind,
            log_gain=log_gain(record),
        )
        for recipe, action in actions.items()
    }


def next_standing(before: Standing | None, record: Record) -> Standing:
    """The standing once one more candidate has ended."""
    if before is None or isinstance(record.verdict, Baseline):
        return Standing(after=record.number, champion=record.number, ratio=1.0, low=1.0, high=1.0)
    if not isinstance(record.verdict, Measured) or record.verdict.kind != "promoted":
        return before.model_copy(update={"after": record.number})
    return climbed(before, record, record.verdict)


def climbed(before: Standing, judged: Record | Retrial, won: Measured) -> Standing:
    """The standing once a candidate has beaten the champion."""
    step, bounds = _confirmed(judged, won)
    ratio = before.ratio * step
    below = math.hypot(math.log(before.ratio / before.low), math.log(step / bounds.low))
    above = math.hypot(math.log(before.high / before.ratio), math.log(bounds.high / step))
    return Standing(after=judged.number, champion=judged.number, ratio=ratio, low=ratio * math.exp(-below), high=ratio * math.exp(above))


def held_out_ratios(judged: Record | Retrial) -> list[float]:
    """Log-ratios of the valid pairs on held-out seeds under the announced load: those that no selection flatters."""
    confirming = judged.pairs[len(judged.pairs) - judged.confirming_pairs :]
    return [pair.log_ratio for pair in confirming if pair.void is None and pair.load == "announced"]


def _confirmed(judged: Record | Retrial, won: Measured) -> tuple[float, Interval]:
    """A promotion's gain as its held-out pairs show it; a record without them has the duel's."""
    ratios = held_out_ratios(judged)
    if len(ratios) < 2:
        return won.confirmed_ratio or won.ratio, won.interval
    return median_ratio(ratios), interval(ratios, STANDING_LEVEL)


def _number(record: Record) -> int:
    return record.number
