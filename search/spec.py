"""What a person asked for when they started a search."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from search.notice import ReceiverName
from search.value import Value

SearchName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Correctness = Literal["lossless", "bounded"]


class Budget(Value):
    """What a search may spend; the first limit that is reached ends it in order."""

    candidates: Annotated[int, Field(ge=1)]
    """Candidates besides the starter."""
    wall_clock: timedelta
    device_seconds: float | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    """Read and written by models."""
    dollars: Annotated[float, Field(gt=0)] | None = None
    """Paid for models."""


class Spec(Value):
    """A whole search: what to serve, on what, written by whom, judged how, within which budget."""

    name: SearchName
    scenario: str
    target: str
    model: str
    """A preset, a checkpoint folder, or a hub name, as typed."""
    agent: str
    agent_network: bool = False
    """Whether a command that writes candidates may use the network."""
    policy: str
    correctness: Correctness
    seed: int
    parallel: Annotated[int, Field(ge=1, le=100)]
    looks: tuple[Annotated[int, Field(ge=2)], ...] = (3, 10, 20)
    """Numbers of pairs after which a duel may decide."""
    budget: Budget
    baseline: str | None = None
    """The policy of a second search that begins at the same budget when this one has ended."""
    baseline_of: str | None = None
    """The search whose baseline this is."""
    notify: tuple[ReceiverName, ...] = ()
    """Who is told of promotions, low budgets and the end; the home knows where they are."""
