"""The closed form equals the bootstrap that draws every resample there is."""

import itertools
import statistics
from collections.abc import Sequence

import pytest

from search import bootstrap


def enumerated(sample: Sequence[float], tail: float) -> tuple[float, float]:
    """The bounds from the medians of all resamples."""
    medians = sorted(statistics.median(draw) for draw in itertools.product(sample, repeat=len(sample)))
    reached = next(rank for rank in range(1, len(medians) + 1) if rank / len(medians) >= tail - 1e-12)
    return medians[reached - 1], medians[-reached]


@pytest.mark.parametrize("sample", [(0.3, -0.1, 0.05), (0.3, -0.1, 0.05, 0.0), (1.0, 2.0, 4.0, 8.0, 16.0), (3.0, 1.0, 1.0, 7.0, 2.0, 5.0)])
@pytest.mark.parametrize("tail", [0.0061, 0.0203, 0.1003, 0.3007])
def test_closed_form_equals_all_resamples(sample: tuple[float, ...], tail: float) -> None:
    assert bootstrap.median_bounds(sample, tail=tail) == pytest.approx(enumerated(sample, tail))


def test_bounds_do_not_depend_on_the_order_of_the_pairs() -> None:
    sample = [0.01 * (7 * i % 13) for i in range(13)]
    assert bootstrap.median_bounds(sample, tail=0.01) == bootstrap.median_bounds(sorted(sample), tail=0.01)
