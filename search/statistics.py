"""Decides from interleaved pairs whether a candidate is faster: intervals, error spending, early stops, confirmation."""

import math
import statistics
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from search import signed_rank, student
from search.value import Value
from search.verdict import Interval, Measured

FEW = 10
"""Below this many pairs the interval is Student's; from here on it comes from signed ranks, which are exact for symmetric noise."""
FULL_DUEL = 20
FUTILITY = 0.05
"""One-sided error of the early stop; it costs power only, never a false promotion."""
HOPELESS = 0.1
"""A duel stops when the whole of it would win with less than this probability; it halves what a null candidate costs."""
CONFIRMED = 0.001
"""One-sided error of the bound that a duel and its confirmation give together; ten times stricter than the duel alone."""
FEWEST_CONFIRMING, MOST_CONFIRMING = 3, 8
HELD_OUT_LEVEL = 0.8
"""Two-sided confidence of the interval that is shown for the held-out pairs."""
MINIMUM_GAIN = 0.01

Outcome = Literal["better", "not_better", "continue", "undecided"]


class LookPlan(Value):
    """After how many valid pairs a duel may decide, and how much error all looks together may spend."""

    looks: tuple[Annotated[int, Field(ge=2)], ...] = (3, 10, FULL_DUEL)
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    """One-sided error that all looks together may spend on candidates whose true gain is exactly the needed one; identical code is called
    better far less often. `benchmarks/results/statistics/` holds the measured shares."""
    minimum_gain: Annotated[float, Field(ge=0)] = MINIMUM_GAIN
    """The least gain worth a promotion, as a share: 0.01 is 1 %."""

    @model_validator(mode="after")
    def _ascending(self) -> "LookPlan":
        if not self.looks or list(self.looks) != sorted(set(self.looks)):
            raise ValueError(f"looks are ascending numbers of pairs, not {self.looks}")
        return self

    def needed(self, noise: float) -> float:
        """The log-gain that the interval's lower bound must exceed, given the session's A/A noise."""
        return max(math.log1p(self.minimum_gain), 2 * noise)

    def next_look(self, pairs: int) -> int | None:
        """The next number of valid pairs at which the duel may decide; None after the last."""
        return next((look for look in self.looks if look > pairs), None)

    def spent(self, pairs: int) -> float:
        """One-sided error that the look at `pairs`, or else the next one, may spend (Lan and DeMets 1983, Pocock's type)."""
        position = next((index for index, look in enumerate(self.looks) if look >= pairs), len(self.looks) - 1)
        before = self.looks[position - 1] if position else 0
        return self._cumulative(self.looks[position]) - self._cumulative(before)

    def level(self, pairs: int) -> float:
        """Two-sided confidence of the interval that this look decides by."""
        return 1 - 2 * self.spent(pairs)

    def _cumulative(self, pairs: int) -> float:
        return self.alpha * math.log1p((math.e - 1) * pairs / self.looks[-1])


class Decision(Value):
    """What one look at a duel says."""

    outcome: Outcome
    ratio: float
    """Exponential of the median log-ratio."""
    interval: Interval
    pairs: int
    reason: str
    log_ratios: tuple[float, ...] = ()
    """Of the pairs that it rests on; a confirmation reads them."""


class Confirmation(Value):
    """What the held-out pairs say about a won duel."""

    kind: Literal["promoted", "not_better", "undecided"]
    ratio: float
    interval: Interval
    pairs: int
    reason: str

    @property
    def holds(self) -> bool:
        """Whether the candidate is promoted."""
        return self.kind == "promoted"


def noise_floor(aa_log_ratios: Sequence[float]) -> float:
    """The standard error with which a full duel of 20 pairs resolves this machine's noise, from pairs of identical code.

    The spread is taken about zero, which is the truth of an A/A pair, so a systematic bias counts as noise too. It is shrunk
    as if two more pairs had shown none: a lone bad pair must not veto real gains, and the interval carries a duel's own
    noise anyway. Without pairs the floor is 0 and the plan's minimum gain stands alone.
    """
    _finite(aa_log_ratios)
    return math.sqrt(math.fsum(ratio * ratio for ratio in aa_log_ratios) / (len(aa_log_ratios) + 2) / FULL_DUEL)


def median_ratio(log_ratios: Sequence[float]) -> float:
    """Exponential of the median log-ratio."""
    return math.exp(statistics.median(log_ratios))


def interval(log_ratios: Sequence[float], level: float) -> Interval:
    """The two-sided interval of the median log-ratio at `level`, as ratios; at least two pairs.

    Fewer than ten pairs: Student's t about the mean. More: signed ranks (`search.signed_rank`), exact for every symmetric noise;
    and random order makes the noise of a pair symmetric, whatever the machine does. Both are widened to hold the median.
    """
    low, high = _bounds(log_ratios, tail=(1 - level) / 2)
    return Interval(low=math.exp(low), high=math.exp(high), level=level)


def look(log_ratios: Sequence[float], plan: LookPlan, noise: float) -> Decision:
    """Decides on the valid pairs so far; `noise` comes from `noise_floor`. Between two looks it says "continue".

    Better: the lower bound at the level that this look may spend exceeds the needed gain. Before the last look a duel
    also stops when the upper bound at 95 % lies below the needed gain, or when the full duel would win with less than
    10 % predictive probability (Spiegelhalter, Freedman and Blackburn 1986). Such stops spend no error.
    """
    pairs = len(log_ratios)
    outcome, reason = "continue", f"{plan.next_look(pairs)} pairs decide"
    if pairs in plan.looks or pairs > plan.looks[-1]:
        outcome, reason = _judge(log_ratios, plan, noise)
    return _decision(log_ratios, plan, outcome, reason)


def settle(log_ratios: Sequence[float], plan: LookPlan, noise: float, *, reason: str) -> Decision:
    """Ends a duel before its plan, for want of budget or of valid pairs: better is not possible, the rest is as at the last look."""
    return _decision(log_ratios, plan, _loss(log_ratios, plan.needed(noise)), reason)


def confirming_pairs(won: Decision) -> int:
    """How many held-out pairs a won duel needs, 3 to 8: the fewest whose mean clears the minimum gain 19 times in 20.

    Their spread is taken from the duel, and a won duel flatters: its gain counts as midway between ratio and lower bound. A
    fivefold gain is confirmed in three pairs.
    """
    gain = math.log(won.ratio * won.interval.low) / 2 - math.log1p(MINIMUM_GAIN)
    doubt = student.quantile(0.95, freedom=won.pairs - 1) * statistics.stdev(won.log_ratios)
    return next((pairs for pairs in range(FEWEST_CONFIRMING, MOST_CONFIRMING) if gain > doubt / math.sqrt(pairs)), MOST_CONFIRMING)


def confirm(won: Decision, log_ratios: Sequence[float], plan: LookPlan, noise: float) -> Confirmation:
    """Judges the held-out pairs, alone and together with those of the duel `won`.

    Promoted when the held-out median alone exceeds the plan's minimum gain, so that the duel's luck does not count, and when all
    pairs together put the lower bound above that gain with an error of 0.1 %. The second makes up for what the looks of a duel let through,
    and needs few more pairs, because it forgets none.
    """
    low, _ = _bounds((*won.log_ratios, *log_ratios), tail=CONFIRMED)
    median, bar = statistics.median(log_ratios), math.log1p(plan.minimum_gain)
    reason = f"held-out seeds give {math.exp(median):.3f}x after {won.ratio:.3f}x in the duel"
    kind: Literal["promoted", "not_better", "undecided"] = "promoted"
    if median <= bar or low <= bar:
        kind = _loss(log_ratios, plan.needed(noise))
        doubt = "the gain does not hold on them" if kind == "not_better" else f"with both, the lower bound is {math.exp(low):.3f}x"
        reason = f"{reason}: {doubt}"
    measured = interval(log_ratios, HELD_OUT_LEVEL)
    return Confirmation(kind=kind, ratio=math.exp(median), interval=measured, pairs=len(log_ratios), reason=reason)


def conclude(decision: Decision, confirmation: Confirmation | None = None) -> Measured:
    """The verdict of a finished duel; a decision "better" needs its confirmation."""
    match decision.outcome:
        case "better" if confirmation is not None:
            kind, reason = confirmation.kind, confirmation.reason
        case "not_better" | "undecided":
            kind, reason = decision.outcome, decision.reason
        case outcome:
            raise ValueError(f"a duel that says {outcome!r} has no verdict yet")
    return Measured(
        kind=kind,
        ratio=decision.ratio,
        interval=decision.interval,
        pairs=decision.pairs,
        confirmed_ratio=confirmation.ratio if confirmation else None,
        confirmed_interval=confirmation.interval if confirmation else None,
        reason=reason,
    )


def _decision(log_ratios: Sequence[float], plan: LookPlan, outcome: Outcome, reason: str) -> Decision:
    return Decision(
        outcome=outcome,
        ratio=math.exp(statistics.median(log_ratios)),
        interval=interval(log_ratios, plan.level(len(log_ratios))),
        pairs=len(log_ratios),
        reason=reason,
        log_ratios=tuple(log_ratios),
    )


def _judge(log_ratios: Sequence[float], plan: LookPlan, noise: float) -> tuple[Outcome, str]:
    pairs, needed = len(log_ratios), plan.needed(noise)
    bar = f"{math.exp(needed):.3f}x"
    low, _ = _bounds(log_ratios, tail=plan.spent(pairs))
    if low > needed:
        return "better", f"the interval's lower bound {math.exp(low):.3f}x is above {bar}"
    loss = _loss(log_ratios, needed)
    if pairs >= plan.looks[-1]:
        return loss, f"after {pairs} pairs the interval " + (f"still holds {bar}" if loss == "undecided" else f"shows no gain of {bar}")
    _, high = _bounds(log_ratios, tail=FUTILITY)
    if high < needed:
        return "not_better", f"the upper bound {math.exp(high):.3f}x is below {bar}"
    chance = _chance_of_winning(log_ratios, plan, needed)
    if chance < HOPELESS:
        return loss, f"{plan.looks[-1]} pairs would show a gain of {bar} with a probability of {chance:.1%}"
    return "continue", f"the interval holds {bar}; {plan.next_look(pairs)} pairs decide"


def _loss(log_ratios: Sequence[float], needed: float) -> Literal["not_better", "undecided"]:
    _, high = _bounds(log_ratios, tail=FUTILITY)
    return "not_better" if high < needed or statistics.median(log_ratios) <= 0 else "undecided"


def _chance_of_winning(log_ratios: Sequence[float], plan: LookPlan, needed: float) -> float:
    """Predictive probability, from a flat prior, that the estimate after all pairs clears the last look's bound."""
    pairs, total = len(log_ratios), plan.looks[-1]
    spread = statistics.stdev(log_ratios)
    if spread == 0:
        return 1.0
    bound = needed + student.quantile(1 - plan.spent(total), freedom=total - 1) * spread / math.sqrt(total)
    error = spread * math.sqrt(1 / pairs - 1 / total)
    return 1 - student.cumulative((bound - statistics.fmean(log_ratios)) / error, freedom=pairs - 1)


def _bounds(log_ratios: Sequence[float], *, tail: float) -> tuple[float, float]:
    """Lower and upper bound of the median log-ratio, each missed with probability `tail`."""
    _finite(log_ratios)
    pairs = len(log_ratios)
    if pairs < 2:
        raise ValueError(f"an interval needs at least 2 pairs, not {pairs}")
    low, high = _ranked(log_ratios, tail) if pairs >= FEW else _normal(log_ratios, tail)
    median = statistics.median(log_ratios)
    return min(low, median), max(high, median)


def _ranked(log_ratios: Sequence[float], tail: float) -> tuple[float, float]:
    """Where signed ranks cannot be as sure as `tail` asks, Student's t goes on from the surest of them."""
    surest = signed_rank.least_tail(len(log_ratios))
    low, high = signed_rank.centre_bounds(log_ratios, tail=max(tail, surest))
    if tail >= surest:
        return low, high
    below, above = _normal(log_ratios, tail)
    return min(low, below), max(high, above)


def _normal(log_ratios: Sequence[float], tail: float) -> tuple[float, float]:
    pairs, mean = len(log_ratios), statistics.fmean(log_ratios)
    half = student.quantile(1 - tail, freedom=pairs - 1) * statistics.stdev(log_ratios) / math.sqrt(pairs)
    return mean - half, mean + half


def _finite(log_ratios: Sequence[float]) -> None:
    if not all(math.isfinite(ratio) for ratio in log_ratios):
        raise ValueError(f"log-ratios are finite numbers, not {list(log_ratios)}")
