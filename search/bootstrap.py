"""The bootstrap distribution of a sample's median in closed form: no resampling, so no chance and no seed."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb


def median_bounds(sample: Sequence[float], *, tail: float) -> tuple[float, float]:
    """The percentile bounds of the median, each missed with probability `tail` (Efron 1979; closed form as in Maritz and Jarrett 1978)."""
    ordered = sorted(sample)
    atoms = sorted(((ordered[i] + ordered[j]) / 2, weight) for i, j, weight in _atoms(len(ordered)))
    return _percentile(atoms, tail), _percentile(atoms[::-1], tail)


def _percentile(atoms: Sequence[tuple[float, float]], tail: float) -> float:
    reached = 0.0
    for place, weight in atoms:
        reached += weight
        if reached >= tail:
            return place
    return atoms[-1][0]


@lru_cache(maxsize=64)
def _atoms(size: int) -> tuple[tuple[int, int, float], ...]:
    """Which two order statistics meet in a resample's median, and how probably; they are the same one when `size` is odd."""
    middle = (size + 1) // 2
    single = [_at_most(i + 1, middle, size) - _at_most(i, middle, size) for i in range(size)]
    if size % 2:
        return tuple((i, i, single[i]) for i in range(size))
    apart = [(i, j, _split(i, j, size)) for i in range(size) for j in range(i + 1, size)]
    alone = [single[i] - sum(weight for left, _, weight in apart if left == i) for i in range(size)]
    return (*apart, *((i, i, max(0.0, alone[i])) for i in range(size)))


def _at_most(rank: int, middle: int, size: int) -> float:
    """Probability that the resample's `middle`-th smallest value is among the sample's `rank` smallest."""
    share = rank / size
    return sum(comb(size, k) * share**k * (1 - share) ** (size - k) for k in range(middle, size + 1))


def _split(i: int, j: int, size: int) -> float:
    """Probability that the lower half of a resample ends at order statistic `i` and the upper half begins at `j` > `i`."""
    half = size // 2
    lower = ((i + 1) / size) ** half - (i / size) ** half
    upper = ((size - j) / size) ** half - ((size - j - 1) / size) ** half
    return comb(size, half) * lower * upper
