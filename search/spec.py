"""What a person asked for when they started a search."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from search.composition import Composition
from search.notice import ReceiverName
from search.source import ObjectId
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

    def sentence(self) -> str:
        """In one line."""
        parts = [f"{self.candidates} candidates", f"{self.wall_clock.total_seconds() / 3600:.3g} h"]
        parts += [f"{self.device_seconds:.0f} s of the device"] if self.device_seconds is not None else []
        parts += [f"{self.tokens} tokens"] if self.tokens is not None else []
        parts += [f"{self.dollars:.2f} dollars"] if self.dollars is not None else []
        return ", ".join(parts)


class Fork(Value):
    """Where the starter of a search was taken from."""

    search: str
    """Of the same ledger."""
    commit: ObjectId
    number: int | None = None
    """The candidate whose tree it is; None for any other commit."""
    composition: Composition | None = None
    """What that candidate is composed of."""


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
    fork: Fork | None = None
    """What it begins from instead of the scenario's starter."""
    notify: tuple[ReceiverName, ...] = ()
    """Who is told of promotions, low budgets and the end; the home knows where they are."""
