"""How a candidate ended."""

from typing import Annotated, Literal

from pydantic import Field

from search.value import Value


class Interval(Value):
    """A confidence interval of candidate over champion, as ratios."""

    low: float
    high: float
    level: float
    """Two-sided confidence that this look may spend, for example 0.99."""


class Rejected(Value):
    """A gate refused the candidate. `stage` is one of generate, build, conformance, correctness, screen, duel, confirm, canary."""

    kind: Literal["rejected"] = "rejected"
    stage: str
    reason: str
    """One line for a person."""
    evidence: str = ""
    """The report: request, answer, log tail; at most 8 KB."""


class Measured(Value):
    """The outcome of a duel with its figures."""

    kind: Literal["promoted", "not_better", "undecided"]
    ratio: float
    """Exponential of the median log-ratio over the valid pairs of the duel."""
    interval: Interval
    pairs: int
    confirmed_ratio: float | None = None
    """The same on held-out seeds; None when the duel was not won. A won duel flatters, so this is the figure to believe."""
    confirmed_interval: Interval | None = None
    canary_ratio: float | None = None
    """The same on loads beside the announced one; None when it came to none."""
    reason: str = ""


class Baseline(Value):
    """The starter passed its gates and became the first champion."""

    kind: Literal["baseline"] = "baseline"


Verdict = Annotated[Rejected | Measured | Baseline, Field(discriminator="kind")]
