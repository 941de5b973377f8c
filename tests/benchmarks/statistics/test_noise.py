"""The simulated noise is what its model says."""

import numpy as np
import pytest

from benchmarks.statistics.noise import MODELS, Noise, blocks, model, pairs


@pytest.mark.parametrize("noise", MODELS, ids=lambda noise: noise.name)
def test_pairs_of_identical_code_spread_by_about_three_percent(noise: Noise) -> None:
    assert 0.024 < pairs(noise, np.random.default_rng(1), 1000, 20).std() < 0.04


@pytest.mark.parametrize("noise", [one for one in MODELS if not one.lopsided], ids=lambda noise: noise.name)
def test_random_order_makes_a_pair_of_identical_code_symmetric(noise: Noise) -> None:
    ratios = pairs(noise, np.random.default_rng(2), 2000, 20)
    assert np.quantile(ratios, 0.95) == pytest.approx(-np.quantile(ratios, 0.05), rel=0.06)
    assert abs((ratios > 0).mean() - 0.5) < 0.01


def test_a_drift_moves_blocks_apart_and_pairs_hardly() -> None:
    noise, random = model("slow drift"), np.random.default_rng(3)
    champion, candidate = blocks(noise, random, 1000, champion=20, candidate=20)
    assert (candidate.mean(axis=1) - champion.mean(axis=1)).std() > 3 * pairs(noise, random, 1000, 20).mean(axis=1).std()


def test_a_side_with_memory_makes_neighbouring_pairs_alike() -> None:
    random = np.random.default_rng(4)
    alike = [
        np.corrcoef(ratios[:, :-1].ravel(), ratios[:, 1:].ravel())[0, 1]
        for ratios in (pairs(model(name), random, 2000, 20) for name in ("memory", "normal"))
    ]
    assert alike[0] > 0.15 and abs(alike[1]) < 0.03
