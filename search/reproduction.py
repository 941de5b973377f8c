"""Whether a repeated duel agrees with the recorded one.

Both are samples of log-ratios with the same requests. They agree when their means differ by no more than chance explains: Student's
two-sample interval of the difference at 99 %, with the pooled spread, so that of a hundred honest repetitions one is called a
disagreement. A difference below the least gain that is worth a promotion is none, however exactly it was measured. Beside that, the
claim must hold in the new pairs alone: who was promoted must be faster again (one-sided 90 %, as in a confirmation), and who was not
must not be clearly better now (one-sided 99.5 %). Equivalence is not proven: the report says what difference it could have seen.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Literal

from search import student
from search.statistics import MINIMUM_GAIN, interval, median_ratio
from search.value import Value
from search.verdict import Interval

LEVEL = 0.99
CONFIDENT = 0.9
"""One-sided, for the claim of a promotion."""
FEWEST = 2


class Agreement(Value):
    """The recorded figure beside the new one."""

    holds: bool
    reason: str
    recorded_ratio: float
    recorded_interval: Interval
    ratio: float
    interval: Interval
    """Of the median over the new pairs, at 99 % as the recorded one beside it."""
    visible: float
    """The smallest difference, as a share, that would have been called one."""


def compare(recorded: Sequence[float], again: Sequence[float], kind: Literal["promoted", "not_better", "undecided"]) -> Agreement:
    """Of log-ratios, at least two of each."""
    allowed, apart = _allowed(recorded, again), statistics.fmean(again) - statistics.fmean(recorded)
    refuted = _refuted(again, kind)
    if abs(apart) > allowed:
        reason = (
            f"the new pairs differ from the recorded ones by {math.expm1(abs(apart)):.1%}, and chance explains {math.expm1(allowed):.1%}"
        )
    else:
        reason = refuted or f"the difference of {math.expm1(abs(apart)):.1%} is within the {math.expm1(allowed):.1%} that chance explains"
    return Agreement(
        holds=abs(apart) <= allowed and not refuted,
        reason=reason,
        recorded_ratio=median_ratio(recorded),
        recorded_interval=interval(recorded, LEVEL),
        ratio=median_ratio(again),
        interval=interval(again, LEVEL),
        visible=math.expm1(allowed),
    )


def _allowed(recorded: Sequence[float], again: Sequence[float]) -> float:
    """The largest difference of the means that chance explains, as a log-ratio."""
    if min(len(recorded), len(again)) < FEWEST:
        raise ValueError(f"a comparison needs at least {FEWEST} pairs of each, not {len(recorded)} and {len(again)}")
    freedom = len(recorded) + len(again) - 2
    squares = sum((ratio - statistics.fmean(sample)) ** 2 for sample in (recorded, again) for ratio in sample)
    error = math.sqrt(squares / freedom * (1 / len(recorded) + 1 / len(again)))
    return max(student.quantile((1 + LEVEL) / 2, freedom=freedom) * error, math.log1p(MINIMUM_GAIN))


def _refuted(again: Sequence[float], kind: str) -> str:
    """Why the verdict does not follow from the new pairs; empty when it does."""
    if kind == "promoted" and (low := interval(again, 2 * CONFIDENT - 1).low) <= 1:
        return f"it was promoted, and the new pairs do not show that it is faster: their lower bound is {low:.3f}x"
    if kind == "not_better" and (low := interval(again, LEVEL).low) > 1 + MINIMUM_GAIN:
        return f"it was not better, and the new pairs show that it is: their lower bound is {low:.3f}x"
    return ""
