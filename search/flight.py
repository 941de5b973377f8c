"""A candidate that has begun and has no verdict yet: all that is needed to begin it again under its number."""

from datetime import datetime

from search.budget import UNLIMITED, Allowance
from search.hypothesis import Hypothesis
from search.spending import Spending
from search.value import Value


class Flight(Value):
    """What was decided before the first word of it was written."""

    number: int
    parent: int | None
    hypothesis: Hypothesis
    began: datetime
    planning: tuple[Spending, ...] = ()
    """What its plan cost."""
    copies: int | None = None
    """The candidate whose tree it judges again; None for one that is written."""
    allowed: Allowance = UNLIMITED
    """What its agents may spend."""
