"""Where a candidate's time goes, as shares of wall clock, and how near it comes to the machine's peaks."""

from collections.abc import Mapping
from enum import StrEnum

from search.value import Value


class Share(StrEnum):
    """Where a serving process spends wall-clock time."""

    MATRIX_PRODUCTS = "matrix_products"
    ATTENTION = "attention"
    SAMPLING = "sampling"
    OTHER_OPERATORS = "other_operators"
    PYTHON = "python"
    WAITING = "waiting"


class Operator(Value):
    """One operator's total over the profiled window."""

    name: str
    share: Share
    calls: int
    seconds: float


class Profile(Value):
    """A profiled window under the scenario's load. Shares add up to 1."""

    shares: Mapping[Share, float]
    operators: tuple[Operator, ...]
    """The most expensive first, at most 30."""
    mean_batch: float
    """Requests in flight inside the engine per step, from the server's timeline; 1 for a serial server, 0 when it keeps none."""
    queue_share: float
    """Share of a request's life that passes before its first token."""
    bytes_per_second: float
    """Weight and cache bytes streamed per second, estimated from tokens and steps."""
    flops_per_second: float
    bytes_of_peak: float
    """Achieved over the probed peak, 0 to 1."""
    flops_of_peak: float
    window_seconds: float
    output_tokens: int
