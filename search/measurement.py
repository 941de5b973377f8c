"""What the harness measured: one arm, one pair of arms, and the limits that both were held to."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from search.metric import TOKENS_PER_SECOND, Metric
from search.value import Value

MOST_VOIDS = 5
"""Void pairs in one duel after which the machine counts as too noisy."""

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""Shares of the requests of an arm for which it keeps its times."""

Amount = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class Arm(Value):
    """One fresh server under the scenario's load for one window. Times in seconds, sizes in bytes; no figure is negative or infinite."""

    score: Amount
    """The scenario's metric, turned so that more is better; what a duel compares. 0 when nothing was measured."""
    tokens_per_second: Amount
    """Verified output tokens that arrived inside the window, over its length."""
    ttft_p50: Amount
    ttft_p99: Amount
    tpot_p50: Amount
    """Time per output token after the first, per request."""
    tpot_p99: Amount
    latency_p50: Amount
    latency_p99: Amount
    ttft_quantiles: tuple[Amount, ...] = ()
    """At the shares of QUANTILES; empty when no request ended."""
    tpot_quantiles: tuple[Amount, ...] = ()
    latency_quantiles: tuple[Amount, ...] = ()
    request_tokens_per_second_p50: Amount = 0.0
    """Output tokens of one request over its whole latency."""
    goodput: Amount
    """Requests per second that met the scenario's limits."""
    requests: Count
    """Requests that ended inside the window or the drain."""
    failed: Count
    window_seconds: Amount
    warmup_seconds: Amount
    drain_seconds: Amount
    """From the end of the window until the last request ended; no part of any figure."""
    start_seconds: Amount
    """From the start of the process to a healthy answer."""
    peak_memory_bytes: Count
    foreign_load: Amount
    """Share of all cores that processes outside this arm used during the window, 0 to 1."""
    verified_tokens: Count
    """Tokens of the sampled timed answers that the reference agreed to."""
    verify_seconds: Amount = 0.0
    """What the reference took to judge them."""
    limit_share: Amount | None = None
    """The share of the machine's physical limit that the score reaches; None when nothing was measured."""
    mismatch: str | None = None
    """Why a timed answer was wrong, in words; None when all sampled answers hold."""


class Objectives(Value):
    """What a system may take while it is fast: a duel's winner must keep them, so that throughput is not bought with the tail."""

    ttft_p99_seconds: Annotated[float, Field(gt=0)]
    tpot_p99_seconds: Annotated[float, Field(gt=0)]
    peak_memory_bytes: Annotated[int, Field(gt=0)]


Load = Literal["announced", "canary"]


class Noise(Value):
    """How much pairs of a system with itself differed."""

    floor: float
    """As a log-ratio."""
    log_ratios: tuple[float, ...]


class Pair(Value):
    """Champion and candidate back to back on one device with the same requests."""

    number: int
    seed: int
    first: Literal["champion", "candidate"]
    champion: Arm
    candidate: Arm
    device: str
    load: Load = "announced"
    """`canary` is a load beside the announced one, drawn from the seed."""
    load_words: str = ""
    """The canary load in words; empty for the announced one."""
    metric: Metric = TOKENS_PER_SECOND
    """What the scores are scores of."""
    objectives: Objectives | None = None
    """What both arms were held to."""
    void: str | None = None
    """Why the pair counts for nothing; None when it counts."""

    @model_validator(mode="after")
    def _counts_only_with_scores(self) -> "Pair":
        if self.void is None and not (self.champion.score > 0 and self.candidate.score > 0):
            raise ValueError("a pair that counts has two scores above zero")
        return self

    @property
    def log_ratio(self) -> float:
        """Natural logarithm of candidate over champion in the scenario's metric; only of a pair that counts."""
        return math.log(self.candidate.score / self.champion.score)


def is_too_noisy(pairs: Sequence[Pair]) -> bool:
    """Whether the machine spoiled as many pairs as one duel may lose."""
    return len(voids(pairs)) >= MOST_VOIDS


def voids(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Why pairs counted for nothing, in the order in which they were measured."""
    return tuple(pair.void for pair in pairs if pair.void is not None)


def log_ratios(pairs: Sequence[Pair]) -> list[float]:
    """Of the pairs that count."""
    return [pair.log_ratio for pair in pairs if pair.void is None]
