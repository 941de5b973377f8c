"""The whole gate of `search.statistics` for many duels at once, in numpy; a test holds both to the same answers, duel by duel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from benchmarks.statistics.noise import Flags, Reals
from search import signed_rank, student
from search.statistics import (
    CONFIRMED,
    FEW,
    FEWEST_CONFIRMING,
    FULL_DUEL,
    FUTILITY,
    HOPELESS,
    MINIMUM_GAIN,
    MOST_CONFIRMING,
    LookPlan,
)

Counts = NDArray[np.int64]

LONGEST = FULL_DUEL + MOST_CONFIRMING
"""The most valid pairs that one candidate can take."""


@dataclass(frozen=True)
class Gated:
    """What the gate did with each duel."""

    better: Flags
    """Won the duel."""
    promoted: Flags
    """And the confirmation."""
    duel_pairs: Counts
    confirming_pairs: Counts

    @property
    def pairs(self) -> Counts:
        """All pairs that a candidate cost."""
        return self.duel_pairs + self.confirming_pairs


def floors(aa_ratios: Reals) -> Reals:
    """The noise floor of each session from its A/A pairs (sessions x pairs)."""
    return np.sqrt((aa_ratios**2).sum(axis=1) / (aa_ratios.shape[1] + 2) / FULL_DUEL)


def gate(ratios: Reals, floor: Reals, plan: LookPlan) -> Gated:
    """Judges log-ratios (duels x at least `LONGEST` pairs): the duel takes the first, the confirmation those that come next."""
    needed = np.maximum(np.log1p(plan.minimum_gain), 2 * floor)
    better, stopped = np.zeros(len(ratios), dtype=bool), np.zeros(len(ratios), dtype=bool)
    taken = np.zeros(len(ratios), dtype=np.int64)
    for pairs in plan.looks:
        open_ = np.flatnonzero(~stopped)
        seen, bar = ratios[open_, :pairs], needed[open_]
        won = above(seen, bar, plan.spent(pairs))
        over = won | (pairs == plan.looks[-1]) | above(-seen, -bar, FUTILITY)
        over[~over] = _chance(seen[~over], bar[~over], plan) < HOPELESS
        taken[open_], stopped[open_], better[open_] = pairs, over, won
    promoted, confirming = better.copy(), np.zeros_like(taken)
    winners = np.flatnonzero(better)
    promoted[winners], confirming[winners] = _confirmed(ratios[winners], taken[winners], plan)
    return Gated(better, promoted, taken, confirming)


def above(sample: Reals, bar: Reals, tail: float) -> Flags:
    """Whether the lower bound with this tail, widened to hold the median, exceeds the bar, row by row."""
    pairs = sample.shape[1]
    holds = np.median(sample, axis=1) > bar
    sharp = pairs >= FEW and tail >= signed_rank.least_tail(pairs)
    if not sharp:
        holds &= _student_low(sample, tail) > bar
    if pairs < FEW:
        return holds
    apart = sample - bar[:, None]
    ranks = np.empty(apart.shape)
    np.put_along_axis(ranks, np.argsort(np.abs(apart), axis=1), np.arange(1.0, pairs + 1)[None, :], axis=1)
    return holds & ((ranks * (apart <= 0)).sum(axis=1) <= signed_rank.means_below(pairs, max(tail, signed_rank.least_tail(pairs))))


def low(sample: Reals, tail: float) -> Reals:
    """That lower bound itself."""
    pairs, bound = sample.shape[1], np.median(sample, axis=1)
    if pairs < FEW or tail < signed_rank.least_tail(pairs):
        bound = np.minimum(bound, _student_low(sample, tail))
    if pairs < FEW:
        return bound
    one, other = np.triu_indices(pairs)
    cut = signed_rank.means_below(pairs, max(tail, signed_rank.least_tail(pairs)))
    return np.minimum(bound, np.partition((sample[:, one] + sample[:, other]) / 2, cut, axis=1)[:, cut])


def _student_low(sample: Reals, tail: float) -> Reals:
    pairs = sample.shape[1]
    quantile = student.quantile(1 - tail, freedom=pairs - 1)
    return sample.mean(axis=1) - quantile * sample.std(axis=1, ddof=1) / np.sqrt(pairs)


def _chance(sample: Reals, needed: Reals, plan: LookPlan) -> Reals:
    """Predictive probability that the full duel wins."""
    pairs, total = sample.shape[1], plan.looks[-1]
    spread = np.maximum(sample.std(axis=1, ddof=1), 1e-300)
    bound = needed + student.quantile(1 - plan.spent(total), freedom=total - 1) * spread / np.sqrt(total)
    error = spread * np.sqrt(1 / pairs - 1 / total) if pairs < total else spread * 1e-9
    return 1 - special.stdtr(pairs - 1, (bound - sample.mean(axis=1)) / error)


def _confirmed(ratios: Reals, taken: Counts, plan: LookPlan) -> tuple[Flags, Counts]:
    """Whether each winner's next pairs confirm it, and how many it took."""
    promoted, confirming = np.zeros(len(ratios), dtype=bool), np.zeros(len(ratios), dtype=np.int64)
    bar = np.log1p(plan.minimum_gain)
    for pairs in plan.looks:
        rows = np.flatnonzero(taken == pairs)
        confirming[rows] = _planned(ratios[rows, :pairs], plan.spent(pairs))
        for more in range(FEWEST_CONFIRMING, MOST_CONFIRMING + 1):
            some = rows[confirming[rows] == more]
            holds = np.median(ratios[some, pairs : pairs + more], axis=1) > bar
            promoted[some] = holds & above(ratios[some, : pairs + more], np.full(len(some), bar), CONFIRMED)
    return promoted, confirming


def _planned(duel: Reals, tail: float) -> Counts:
    """How many held-out pairs a won duel needs."""
    gain = (np.median(duel, axis=1) + low(duel, tail)) / 2 - np.log1p(MINIMUM_GAIN)
    doubt = student.quantile(0.95, freedom=duel.shape[1] - 1) * duel.std(axis=1, ddof=1)
    planned = np.full(len(duel), MOST_CONFIRMING, dtype=np.int64)
    for pairs in reversed(range(FEWEST_CONFIRMING, MOST_CONFIRMING)):
        planned[gain > doubt / np.sqrt(pairs)] = pairs
    return planned
