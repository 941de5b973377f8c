"""Whether a win was bought: with the tail of latency, or with memory."""

from collections.abc import Callable, Sequence
from statistics import median

from search.measurement import Arm, Objectives, Pair

SLACK = 1.25
"""How much worse than the champion's a figure beyond its limit may be: the p99 of one window is nearly its worst request, and scatters."""

_Figure = Callable[[Arm], float]
_Limit = Callable[[Objectives], float]

_OBJECTIVES: tuple[tuple[str, _Figure, _Limit, Callable[[float], str]], ...] = (
    ("p99 TTFT", lambda arm: arm.ttft_p99, lambda limits: limits.ttft_p99_seconds, lambda value: f"{value:.3g} s"),
    ("p99 TPOT", lambda arm: arm.tpot_p99, lambda limits: limits.tpot_p99_seconds, lambda value: f"{value * 1000:.3g} ms"),
    ("peak memory", lambda arm: arm.peak_memory_bytes, lambda limits: limits.peak_memory_bytes, lambda value: f"{value / 2**20:.0f} MiB"),
)


def broken_objective(pairs: Sequence[Pair]) -> str | None:
    """The first objective that the candidate breaks over the valid pairs, in words; None when it keeps all.

    Within its limit a figure may grow: that is what the limit grants. Beyond it, it may not be more than a quarter worse than the
    champion's in the same pairs, so that a candidate which mends a bad tail is never refused for the rest of it.
    """
    valid = [pair for pair in pairs if pair.void is None and pair.objectives is not None]
    if not valid:
        return None
    for name, figure, limit_of, words in _OBJECTIVES:
        limit = median(limit_of(pair.objectives) for pair in valid if pair.objectives is not None)
        candidate, champion = median(figure(pair.candidate) for pair in valid), median(figure(pair.champion) for pair in valid)
        if candidate > limit and candidate > SLACK * champion:
            return f"its {name} of {words(candidate)} breaks the limit of {words(limit)}, and the champion's is {words(champion)}"
    return None
