"""Duels put together from pairs that were really measured with identical code: as they came, and resampled in blocks."""

from collections.abc import Sequence

import numpy as np

from benchmarks.statistics.gate import LONGEST, floors, gate
from benchmarks.statistics.noise import Reals
from benchmarks.statistics.rules import NOISE_PAIRS
from search.measurement import Pair
from search.statistics import LookPlan, confirm, confirming_pairs, interval, look, noise_floor
from search.value import Value
from search.verdict import Interval

BLOCK = 5
"""Neighbouring pairs that stay together, so that what they share is not resampled away."""
FEWEST = NOISE_PAIRS + 2 * BLOCK
"""Fewer valid pairs than these are not resampled."""
GAIN = 1.05


class Replayed(Value):
    """What the real pairs say. Shares are 0 to 1."""

    pairs: int
    void: int
    deviation: float
    """Standard deviation of the log-ratios of valid pairs."""
    bias: Interval
    """Of the median ratio of identical code, at 95 %: a fair harness has 1 inside."""
    neighbours: float
    """Correlation of the log-ratios of neighbouring pairs."""
    whole_duels: int
    """Real null duels, one after the other as the pairs came."""
    whole_promoted: int
    whole_pairs: tuple[int, ...]
    """What each of them took."""
    resampled: int
    false_wins: float
    false_promotions: float
    null_pairs: float
    duel_power: float
    """Of the same duels with every log-ratio shifted by log 1.05: the shift is computed, not served."""
    power: float


def replay(pairs: Sequence[Pair], *, duels: int, seed: int) -> Replayed:
    """Raises `ValueError` for fewer valid pairs than `FEWEST`."""
    valid = [pair.log_ratio for pair in pairs if pair.void is None]
    if len(valid) < FEWEST:
        raise ValueError(f"{len(valid)} valid pairs are too few to resample; {FEWEST} are needed: measure longer")
    promoted, taken = whole(valid)
    random = np.random.default_rng(seed)
    drawn = resample(np.array(valid), random, duels, NOISE_PAIRS + LONGEST)
    floor = floors(drawn[:, :NOISE_PAIRS])
    null = gate(drawn[:, NOISE_PAIRS:], floor, LookPlan())
    gain = gate(drawn[:, NOISE_PAIRS:] + np.log(GAIN), floor, LookPlan())
    return Replayed(
        pairs=len(pairs),
        void=len(pairs) - len(valid),
        deviation=float(np.std(valid, ddof=1)),
        bias=interval(valid, 0.95),
        neighbours=float(np.corrcoef(valid[:-1], valid[1:])[0, 1]),
        whole_duels=len(taken),
        whole_promoted=promoted,
        whole_pairs=tuple(taken),
        resampled=duels,
        false_wins=float(null.better.mean()),
        false_promotions=float(null.promoted.mean()),
        null_pairs=float(null.pairs.mean()),
        duel_power=float(gain.better.mean()),
        power=float(gain.promoted.mean()),
    )


def whole(valid: Sequence[float]) -> tuple[int, list[int]]:
    """Duels in the order of the pairs, after the floor from the first two: how many were promoted, and the pairs of each finished one."""
    floor, left, promoted, taken = noise_floor(valid[:NOISE_PAIRS]), list(valid[NOISE_PAIRS:]), 0, list[int]()
    while (used := _finished(left, floor)) is not None:
        pairs, holds = used
        promoted, left = promoted + holds, left[pairs:]
        taken.append(pairs)
    return promoted, taken


def resample(valid: Reals, random: np.random.Generator, duels: int, count: int) -> Reals:
    """Blocks of neighbours from a ring of all valid pairs; a fair coin says whose side each pair favours, as its tossed order does."""
    starts = random.integers(0, len(valid), (duels, -(-count // BLOCK)))
    places = (starts[:, :, None] + np.arange(BLOCK)).reshape(duels, -1)[:, :count] % len(valid)
    return valid[places] * random.choice((-1.0, 1.0), places.shape)


def _finished(left: Sequence[float], floor: float) -> tuple[int, bool] | None:
    """How many pairs the next duel took and whether it promoted; None when the pairs end before it does."""
    plan = LookPlan()
    for pairs in plan.looks:
        if len(left) < pairs:
            return None
        decision = look(left[:pairs], plan, floor)
        if decision.outcome == "better":
            more = confirming_pairs(decision)
            held_out = left[pairs : pairs + more]
            return (pairs + more, confirm(decision, held_out, plan, floor).holds) if len(held_out) == more else None
        if decision.outcome != "continue":
            return pairs, False
    raise AssertionError("the last look always decides")
