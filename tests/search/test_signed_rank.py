"""Bounds from signed ranks miss the centre exactly as often as all ways to toss the signs say."""

import itertools

import numpy as np
import pytest

from search import signed_rank

MAGNITUDES = (0.11, 0.47, 0.03, 0.29, 0.83, 0.61, 0.07, 0.97)


def missed(size: int, tail: float) -> float:
    """Share of all sign patterns, equally likely under symmetry about zero, whose lower bound lies above zero."""
    patterns = itertools.product((-1, 1), repeat=size)
    samples = [[sign * magnitude for sign, magnitude in zip(pattern, MAGNITUDES, strict=False)] for pattern in patterns]
    return sum(signed_rank.centre_bounds(sample, tail=tail)[0] > 0 for sample in samples) / len(samples)


@pytest.mark.parametrize("size", [5, 6, 7, 8])
@pytest.mark.parametrize("tail", [0.125, 0.13, 0.2])
def test_a_bound_is_missed_as_often_as_asked_and_no_oftener(size: int, tail: float) -> None:
    share = missed(size, tail)
    assert tail - share < 0.05
    assert share <= tail


def test_skewed_scores_of_identical_code_do_not_mislead_it() -> None:
    chance = np.random.default_rng(7)
    arms = chance.standard_exponential((1500, 12, 2))
    ratios = arms[:, :, 0] - arms[:, :, 1]
    wrong = sum(signed_rank.centre_bounds(list(row), tail=0.05)[0] > 0 for row in ratios)
    assert 0.025 < wrong / len(ratios) < 0.075


def test_bounds_do_not_depend_on_the_order_of_the_pairs() -> None:
    sample = [0.01 * (7 * i % 13) for i in range(13)]
    assert signed_rank.centre_bounds(sample, tail=0.01) == signed_rank.centre_bounds(sorted(sample), tail=0.01)
