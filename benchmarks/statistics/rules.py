"""The rules that others use, on the same noise: what each measures, what it costs in windows, and whom it calls faster."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from benchmarks.statistics.gate import LONGEST, floors, gate
from benchmarks.statistics.noise import Flags, Noise, Reals, blocks, pairs
from search import student
from search.statistics import LookPlan

BUDGET = 40
"""Windows that each rule is given in the comparison at equal cost: as many as the longest duel."""
STORED = 10
"""Runs of the champion behind a stored score that is a mean."""
THRESHOLD = float(np.log1p(0.01))
ERROR = 0.01
"""One-sided error of the tests; 5 % is more usual, and worse."""
NOISE_PAIRS = 2


@dataclass(frozen=True)
class Tried:
    """Many candidates of one true gain under one rule."""

    faster: Flags
    windows: Reals
    """What each candidate cost; the champion's own windows behind a stored score are free, as they serve many candidates."""
    at_first_look: Flags | None = None
    """Settled as better at the first look of a duel; None for rules without looks."""
    duel_won: Flags | None = None


Rule = Callable[[Noise, np.random.Generator, int, float], Tried]
"""Noise, chance, how many candidates, and their true log-gain."""


def one_run(noise: Noise, random: np.random.Generator, count: int, gain: float) -> Tried:
    """One run against a stored score: faster when it is 1 % above."""
    champion, candidate = blocks(noise, random, count, champion=1, candidate=1)
    return _fixed(candidate[:, 0] + gain - champion[:, 0] > THRESHOLD, 1)


def mean_of_ten(noise: Noise, random: np.random.Generator, count: int, gain: float) -> Tried:
    """The mean of ten runs against a stored mean of ten: faster when it is 1 % above."""
    champion, candidate = blocks(noise, random, count, champion=STORED, candidate=STORED)
    return _fixed(candidate.mean(axis=1) + gain - champion.mean(axis=1) > THRESHOLD, STORED)


def best_of_many(noise: Noise, random: np.random.Generator, count: int, gain: float) -> Tried:
    """The same code handed in until it wins or the windows are used up, each time one run against a stored score."""
    champion, candidate = blocks(noise, random, count, champion=1, candidate=BUDGET)
    wins = candidate + gain - champion > THRESHOLD
    return _fixed(np.asarray(wins.any(axis=1)), BUDGET)


def rank_test(noise: Noise, random: np.random.Generator, count: int, gain: float) -> Tried:
    """Mann and Whitney's test at 1 % on all champion runs, then all candidate runs."""
    half = BUDGET // 2
    champion, candidate = blocks(noise, random, count, champion=half, candidate=half)
    order = np.argsort(np.concatenate((champion, candidate + gain), axis=1), axis=1)
    ranks = (np.arange(1, 2 * half + 1) * (order >= half)).sum(axis=1)
    above = ranks - half * (half + 1) / 2
    deviation = (above - half * half / 2 - 0.5) / np.sqrt(half * half * (2 * half + 1) / 12)
    return _fixed(deviation > special.ndtri(1 - ERROR), BUDGET)


def t_test(noise: Noise, random: np.random.Generator, count: int, gain: float) -> Tried:
    """The paired t-test at 1 % at each of the same looks: interleaved pairs, but no spending of error, no floor, no confirmation."""
    ratios = pairs(noise, random, count, BUDGET // 2) + gain
    faster, windows = np.zeros(count, dtype=bool), np.full(count, float(BUDGET))
    for look in LookPlan().looks:
        seen = ratios[:, :look]
        score = seen.mean(axis=1) / (seen.std(axis=1, ddof=1) / np.sqrt(look))
        wins = ~faster & (score > student.quantile(1 - ERROR, freedom=look - 1))
        windows[wins], faster = 2.0 * look, faster | wins
    return Tried(faster, windows)


def whole_gate(noise: Noise, random: np.random.Generator, count: int, gain: float) -> Tried:
    """This project's: floor from two A/A pairs, looks with error spending, confirmation on held-out pairs."""
    ratios = pairs(noise, random, count, NOISE_PAIRS + LONGEST)
    plan = LookPlan()
    gated = gate(ratios[:, NOISE_PAIRS:] + gain, floors(ratios[:, :NOISE_PAIRS]), plan)
    first = gated.better & (gated.duel_pairs == plan.looks[0])
    return Tried(gated.promoted, (2 * gated.pairs).astype(np.float64), at_first_look=first, duel_won=gated.better)


GATE = "this gate"
RULES: dict[str, Rule] = {
    "one run, stored score": one_run,
    "mean of ten, stored score": mean_of_ten,
    "best of 40, stored score": best_of_many,
    "Mann-Whitney, blocks": rank_test,
    "paired t, peeking": t_test,
    GATE: whole_gate,
}


def _fixed(faster: Flags, windows: int) -> Tried:
    return Tried(faster, np.full(len(faster), float(windows)))
