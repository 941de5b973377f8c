"""What a search tells people outside of it: a promotion, a budget that runs low, its end, or that it broke off."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import StringConstraints

from search.value import Value

Occasion = Literal["promotion", "budget", "end", "failure"]
OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)
ReceiverName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]
"""A search names its receivers; where they are stays in the home, because an address is often a secret."""
LOW_SHARE = 0.8
"""Of a budget: who hears of it then can still do something about it."""


class Notice(Value):
    """One occasion. Figures are those of the champion against the starter; they are absent before there is a champion."""

    occasion: Occasion
    search: str
    key: str
    """The same for every attempt to deliver it, and for no other notice of the search: `promotion-4`, `budget-dollars`."""
    when: datetime
    words: str
    """What happened, in one line."""
    scenario: str
    target: str
    model: str
    champion: int | None = None
    claim: str = ""
    """What the champion was to be faster by."""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
