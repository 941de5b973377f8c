"""A made-up machine on which recipes have true gains and faults, to play searches in no time.

`python -m tests.search.landscape` prints the table of docs/decisions/0028-evolve-best-of-n-baselines.md.
"""

import itertools
import math
import random
import statistics
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from search.composition import Composition
from search.policy import POLICIES
from search.policy.situation import Policy
from search.value import Value
from search.verdict import Verdict
from tests.search.catalog import CATALOG, after, measured, refused, starting

FAULTY = 0.06
"""Share of recipes that no composition with them passes the gates."""
SPREAD = 0.015
"""Of a finished duel's log-ratio."""


class Landscape(Value):
    """What is true of every recipe, unknown to the policy."""

    gains: Mapping[str, float]
    together: Mapping[frozenset[str], float] = {}
    """What two recipes gain or lose by being in the same system."""
    faults: tuple[str, ...]
    seed: Annotated[int, Field(ge=0)]

    def log_gain(self, made: Composition) -> float:
        """Over the starter; each knob costs 4 % per step away from its best setting, which is the last one."""
        knobs = {recipe.name: recipe.parameters for recipe in CATALOG}
        away = sum(
            len(parameter.settings) - 1 - parameter.settings.index(choice.settings[parameter.name])
            for choice in made.choices
            for parameter in knobs[choice.recipe]
        )
        pairs = itertools.combinations(sorted(made.recipes()), 2)
        shared = sum(self.together.get(frozenset(pair), 0.0) for pair in pairs)
        return sum(self.gains[name] for name in made.recipes()) + shared - 0.04 * away

    def judge(self, champion: Composition, made: Composition, chance: random.Random) -> Verdict:
        """The verdict of a candidate, its ratio measured with noise."""
        if made.recipes() & set(self.faults):
            return refused()
        gain = self.log_gain(made) - self.log_gain(champion) + chance.gauss(0, SPREAD)
        kind = "promoted" if gain > 0.02 else "undecided" if gain > 0 else "not_better"
        return measured(kind, math.exp(gain))


def landscape(seed: int, *, faulty: float = FAULTY, tangle: float = 0.0) -> Landscape:
    """Gains that scatter around what the authors expect; a `tangle` makes each two of them help or hinder each other by about as much."""
    chance = random.Random(seed)
    gains = {recipe.name: recipe.prior_log_gain * chance.uniform(0.2, 1.3) + chance.gauss(0, 0.06) for recipe in CATALOG}
    faults = tuple(recipe.name for recipe in CATALOG if chance.random() < faulty and recipe.name != "fused-llama")
    pairs = itertools.combinations(sorted(gains), 2) if tangle else ()
    return Landscape(gains=gains, together={frozenset(pair): chance.gauss(0, tangle) for pair in pairs}, faults=faults, seed=seed)


def play(policy: Policy, truth: Landscape, *, candidates: int) -> list[float]:
    """The champion's true log-gain after each candidate of one search."""
    chance, situation, gains = random.Random(truth.seed), starting(), list[float]()
    for _ in range(candidates):
        proposal = policy.propose(situation, chance)
        if proposal is not None:
            made = proposal.hypothesis.composition or Composition()
            situation = after(situation, proposal, truth.judge(situation.composition, made, chance))
        gains.append(truth.log_gain(situation.composition))
    return gains


def best(truth: Landscape) -> float:
    """A high mark to compare with: the best of many long walks."""
    from search.policy.uniform import Uniform

    return max(play(Uniform(), truth.model_copy(update={"seed": seed}), candidates=60)[-1] for seed in range(3))


def reached(policy: Policy, truths: Sequence[Landscape], *, candidates: int) -> list[float]:
    """Geometric mean over the landscapes of the champion's true gain over the starter, after each candidate."""
    curves = [play(policy, truth, candidates=candidates) for truth in truths]
    return [math.exp(statistics.fmean(after)) for after in zip(*curves, strict=True)]


def print_table(searches: int = 300, budgets: Sequence[int] = (1, 2, 4, 6, 12, 20)) -> None:
    """Every policy on plain, faulty and tangled landscapes, at equal budgets."""
    kinds = {"6 % faulty": (0.06, 0.0), "15 % faulty": (0.15, 0.0), "tangled": (0.06, 0.15)}
    print(f"| policy | {' | '.join(kinds)} |\n|---|{'---|' * len(kinds)}")
    for name, policy in POLICIES.items():
        curves = [
            reached(policy, [landscape(seed, faulty=faulty, tangle=tangle) for seed in range(searches)], candidates=max(budgets))
            for faulty, tangle in kinds.values()
        ]
        print(f"| `{name}` | {' | '.join(' '.join(f'{curve[count - 1]:.1f}' for count in budgets) for curve in curves)} |", flush=True)


if __name__ == "__main__":
    print_table()
