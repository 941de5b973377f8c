"""What the harness measured: one arm, one pair of arms."""

import math
from typing import Literal

from search.value import Value


class Arm(Value):
    """One fresh server under the scenario's load for one window. Times in seconds, sizes in bytes."""

    score: float
    """The scenario's metric, turned so that more is better; what a duel compares."""
    tokens_per_second: float
    """Verified output tokens that arrived inside the window, over its length."""
    ttft_p50: float
    ttft_p99: float
    tpot_p50: float
    """Time per output token after the first, per request."""
    tpot_p99: float
    latency_p50: float
    latency_p99: float
    goodput: float
    """Requests per second that met the scenario's limits."""
    requests: int
    """Requests that ended inside the window or the drain."""
    failed: int
    window_seconds: float
    warmup_seconds: float
    drain_seconds: float
    start_seconds: float
    """From the start of the process to a healthy answer."""
    peak_memory_bytes: int
    foreign_load: float
    """Share of all cores that processes outside this arm used during the window, 0 to 1."""
    verified_tokens: int
    """Tokens of the sampled timed answers that the reference agreed to."""
    mismatch: str | None = None
    """Why a timed answer was wrong, in words; None when all sampled answers hold."""


class Pair(Value):
    """Champion and candidate back to back on one device with the same requests."""

    number: int
    seed: int
    first: Literal["champion", "candidate"]
    champion: Arm
    candidate: Arm
    device: str
    void: str | None = None
    """Why the pair counts for nothing; None when it counts."""

    @property
    def log_ratio(self) -> float:
        """Natural logarithm of candidate over champion in the scenario's metric."""
        return math.log(self.candidate.score / self.champion.score)
