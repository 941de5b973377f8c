"""Exact bounds of a sample's centre from signed ranks: the noise need only be symmetric, and nothing is drawn by chance."""

from collections.abc import Sequence
from functools import lru_cache


def centre_bounds(sample: Sequence[float], *, tail: float) -> tuple[float, float]:
    """Lower and upper bound of the centre, each missed with probability `tail` at most (Wilcoxon 1945; Hodges and Lehmann 1963).

    They are two of the means of all pairs of values, each value with itself included. `tail` is at least `least_tail`.
    """
    means = sorted((one + other) / 2 for place, one in enumerate(sample) for other in sample[place:])
    cut = means_below(len(sample), tail)
    return means[cut], means[-1 - cut]


def least_tail(size: int) -> float:
    """How sure so many values make: below that, a bound would be their very least or greatest, or none at all."""
    return 4 / 2**size


@lru_cache(maxsize=256)
def means_below(size: int, tail: float) -> int:
    """How many of the means of pairs may lie below the bound: the largest rank sum that chance undercuts or meets with `tail` at most."""
    ways, reached, sum_ = _ways(size), 0, -1
    while reached + ways[sum_ + 1] <= tail * 2**size:
        sum_ += 1
        reached += ways[sum_]
    return sum_


@lru_cache(maxsize=64)
def _ways(size: int) -> tuple[int, ...]:
    """In how many of the 2^size ways to choose among the ranks 1 to `size` they sum to 0, 1, 2 and so on."""
    ways = [1] + [0] * (size * (size + 1) // 2)
    for rank in range(1, size + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    return tuple(ways)
