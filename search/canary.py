"""Whether a win holds beside the announced load: a system tuned to one length or rate alone is no better system."""

import math
import statistics
from collections.abc import Sequence
from typing import Literal

PAIRS = 3
"""Canary pairs that decide where the first one shows a loss; where it shows none, one is enough."""
SLACK = 0.03
"""The loss that noise alone is granted, as a share."""

Standing = Literal["holds", "loses", "continue"]


def canary_standing(log_ratios: Sequence[float], noise: float) -> Standing:
    """What the canary pairs so far say; `noise` is the session's floor as a log-ratio.

    One pair without a loss is enough: what is tuned to the announced load alone loses far more than the noise of a pair.
    """
    if not log_ratios:
        return "continue"
    if len(log_ratios) < PAIRS:
        return "holds" if all(ratio >= 0 for ratio in log_ratios) else "continue"
    return "holds" if statistics.median(log_ratios) >= -max(math.log1p(SLACK), 2 * noise) else "loses"


def canary_ratio(log_ratios: Sequence[float]) -> float:
    """Exponential of the median log-ratio."""
    return math.exp(statistics.median(log_ratios))
