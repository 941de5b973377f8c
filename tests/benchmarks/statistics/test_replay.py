"""Real pairs become duels: in their order, and in blocks whose sides are tossed."""

import math
from pathlib import Path

import numpy as np
import pytest

from activities.evaluation.arm import spoiled_arm
from benchmarks.statistics.real import keep, read_pairs, shown
from benchmarks.statistics.replay import BLOCK, replay, resample, whole
from search.measurement import Pair


def pair(number: int, log_ratio: float, *, void: str | None = None) -> Pair:
    """A measured pair with this log-ratio."""
    arm = spoiled_arm("").model_copy(update={"score": 100.0, "mismatch": None})
    other = arm.model_copy(update={"score": 100.0 * math.exp(log_ratio)})
    return Pair(number=number, seed=1, first="champion", champion=arm, candidate=other, device="cpu", void=void)


def noisy(count: int, deviation: float = 0.02) -> list[Pair]:
    """Pairs of identical code."""
    chance = np.random.default_rng(9)
    return [pair(number, float(chance.normal(0, deviation))) for number in range(1, count + 1)]


def test_a_later_call_goes_on_after_the_last_whole_line(tmp_path: Path) -> None:
    kept, pairs = tmp_path / "pairs.jsonl", noisy(3)
    keep(kept, pairs[0])
    keep(kept, pairs[1])
    kept.write_text(kept.read_text()[:-40])
    assert read_pairs(kept) == pairs[:1]
    keep(kept, pairs[2])
    assert read_pairs(kept) == [pairs[0], pairs[2]]


def test_void_pairs_are_counted_and_never_judged() -> None:
    pairs = [*noisy(40), pair(41, 3.0, void="others used 40 % of the cores")]
    replayed = replay(pairs, duels=300, seed=1)
    assert (replayed.pairs, replayed.void) == (41, 1)
    assert replayed.deviation < 0.05
    assert replayed.false_promotions <= 0.01 and replayed.power > 0.9
    assert "| of them void | 1 |" in shown(replayed)


def test_whole_duels_use_every_pair_once_and_leave_the_unfinished_one_out() -> None:
    slower, faster = [-0.5, -0.51, -0.49], [0.7, 0.71, 0.69]
    assert whole([0.01, -0.01, *slower, *slower, *slower[:2]]) == (0, [3, 3])
    assert whole([0.01, -0.01, *faster, *faster, *faster]) == (1, [6])


def test_blocks_keep_neighbours_together_and_toss_only_the_side() -> None:
    valid = np.arange(1.0, 21.0)
    drawn = resample(valid, np.random.default_rng(3), 400, 2 * BLOCK)
    steps = np.diff(np.abs(drawn[:, :BLOCK]), axis=1) % len(valid)
    assert (steps == 1).all()
    assert abs((drawn > 0).mean() - 0.5) < 0.05


def test_too_few_pairs_are_not_resampled() -> None:
    with pytest.raises(ValueError, match="too few"):
        replay(noisy(11), duels=10, seed=1)
