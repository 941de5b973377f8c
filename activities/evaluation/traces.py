"""What the load generator is asked and what it tells: its plan, its progress, one trace per request."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, TypeAdapter

from activities.evaluation.exchange import Exchange
from activities.evaluation.rivals.dialect import Dialect
from scenarios.scenario import Request, Scale
from search.value import Value

Phase = Literal["warm-up", "window", "drain"]


class LoadPlan(Value):
    """One arm's load on one running server."""

    socket: Annotated[HttpUrl | Path, Field(union_mode="left_to_right")]
    """Where it listens: a candidate on a Unix socket, a rival on loopback."""
    dialect: Dialect | None = None
    """How a rival is asked and understood; None for a candidate, which keeps the contract."""
    scenario: str
    scale: Scale
    seed: int
    foretold: tuple[Request, ...] = ()
    """The first requests, with the predictions that were made for them."""
    window_seconds: float
    own: tuple[int, ...]
    """Processes whose trees are not foreign load, besides the load generator itself."""


class Progress(Value):
    """Told when a phase begins."""

    kind: Literal["progress"] = "progress"
    phase: Phase


class Trace(Value):
    """One request of the load. Times are seconds since the load began."""

    kind: Literal["trace"] = "trace"
    request: Request
    sent: float
    ended: float | None
    """When the last byte arrived; None when the answer never became whole."""
    abandoned: bool = False
    """Hung up on when the window had closed: it was waiting, and so was every request that came after it."""
    exchange: Exchange


class Window(Value):
    """When the load was measured, and what else the machine did meanwhile; told last."""

    kind: Literal["window"] = "window"
    opened: float
    closed: float
    drained: float
    """When the last request ended, or was given up."""
    steady: bool
    """Whether throughput was flat before the window opened; the warm-up's limit was reached otherwise."""
    foreign_load: float


Line = Annotated[Progress | Trace | Window, Field(discriminator="kind")]
LINE: TypeAdapter[Progress | Trace | Window] = TypeAdapter(Line)
