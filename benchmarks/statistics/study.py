"""All simulations of the gate and of the other rules, as one report."""

import numpy as np

from benchmarks.statistics.gate import LONGEST, floors, gate
from benchmarks.statistics.noise import MODELS, Noise, model, pairs
from benchmarks.statistics.rules import BUDGET, GATE, NOISE_PAIRS, RULES, Rule
from search.statistics import LookPlan
from search.value import Value

GAIN = 1.05
FIVEFOLD = 5.0
SEARCHES = (20, 100, 1000)
"""Numbers of null candidates in one search."""
SEARCH_MODELS = ("normal", "two modes", "all at once", "memory")
GAINS = (1.0, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.08)


class Row(Value):
    """One rule under one noise. Shares are 0 to 1."""

    rule: str
    noise: str
    pair_deviation: float
    """Standard deviation of a pair's log-ratio, of identical code."""
    false_promotions: float
    false_at_budget: float
    """The share of device budgets of 40 windows, spent on candidates without any gain, that end with a promotion."""
    null_windows: float
    """Windows that a candidate without gain takes, on average."""
    power: float
    """Share of candidates with a true gain of 5 % that are promoted."""
    gain_windows: float
    duel_power: float | None = None
    """The gate only: share of those that win the duel; the confirmation is still to come."""
    false_wins: float | None = None
    """The gate only: share of null candidates that win the duel."""
    fivefold_in_three: float | None = None
    """The gate only: share of fivefold gains that the first look settles."""


class Family(Value):
    """Searches in which no candidate has a gain."""

    noise: str
    candidates: int
    any_promoted: float
    """Share of searches that promote one or more of them; all share one noise floor."""


class Curve(Value):
    """Promoted shares of one rule over true gains, under all parts of the noise at once."""

    rule: str
    gains: tuple[float, ...]
    promoted: tuple[float, ...]


class Report(Value):
    """What the benchmark writes."""

    candidates: int
    """Simulated per figure."""
    seed: int
    rows: tuple[Row, ...]
    families: tuple[Family, ...]
    curves: tuple[Curve, ...]

    def row(self, rule: str, noise: str) -> Row:
        """The figures of one rule under one noise."""
        return next(row for row in self.rows if (row.rule, row.noise) == (rule, noise))


def study(*, candidates: int, searches: int, seed: int) -> Report:
    """The same seed gives the same report."""
    random = np.random.default_rng(seed)
    return Report(
        candidates=candidates,
        seed=seed,
        rows=tuple(_row(name, rule, noise, random, candidates) for noise in MODELS for name, rule in RULES.items()),
        families=tuple(family for name in SEARCH_MODELS for family in _families(model(name), random, searches)),
        curves=tuple(_curve(name, rule, random, max(500, candidates // 4)) for name, rule in RULES.items()),
    )


def _row(name: str, rule: Rule, noise: Noise, random: np.random.Generator, count: int) -> Row:
    null, gain = rule(noise, random, count, 0.0), rule(noise, random, max(500, count // 5), float(np.log(GAIN)))
    false, windows = float(null.faster.mean()), float(null.windows.mean())
    row = Row(
        rule=name,
        noise=noise.name,
        pair_deviation=float(pairs(noise, random, 500, 20).std()),
        false_promotions=false,
        false_at_budget=1 - (1 - false) ** max(1.0, BUDGET / windows),
        null_windows=windows,
        power=float(gain.faster.mean()),
        gain_windows=float(gain.windows.mean()),
    )
    if name != GATE or gain.duel_won is None or null.duel_won is None:
        return row
    fivefold = rule(noise, random, max(500, count // 50), float(np.log(FIVEFOLD))).at_first_look
    assert fivefold is not None
    shares = {"duel_power": gain.duel_won, "false_wins": null.duel_won, "fivefold_in_three": fivefold}
    return row.model_copy(update={field: float(flags.mean()) for field, flags in shares.items()})


def _families(noise: Noise, random: np.random.Generator, searches: int) -> list[Family]:
    """Whole searches: the noise floor is drawn once for all candidates of a search."""
    first = np.full(searches, SEARCHES[-1])
    for search in range(searches):
        floor = floors(pairs(noise, random, 1, NOISE_PAIRS))
        promoted = gate(pairs(noise, random, SEARCHES[-1], LONGEST), np.repeat(floor, SEARCHES[-1]), LookPlan()).promoted
        first[search] = promoted.argmax() if promoted.any() else SEARCHES[-1]
    return [Family(noise=noise.name, candidates=size, any_promoted=float((first < size).mean())) for size in SEARCHES]


def _curve(name: str, rule: Rule, random: np.random.Generator, count: int) -> Curve:
    noise = model("all at once")
    promoted = tuple(float(rule(noise, random, count, float(np.log(gain))).faster.mean()) for gain in GAINS)
    return Curve(rule=name, gains=GAINS, promoted=promoted)
