"""A made-up machine on which recipes have true gains and faults, to play searches in no time."""

import math
import random
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from search.composition import Composition
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
        return sum(self.gains[name] for name in made.recipes()) - 0.04 * away

    def judge(self, champion: Composition, made: Composition, chance: random.Random) -> Verdict:
        """The verdict of a candidate, its ratio measured with noise."""
        if made.recipes() & set(self.faults):
            return refused()
        gain = self.log_gain(made) - self.log_gain(champion) + chance.gauss(0, SPREAD)
        kind = "promoted" if gain > 0.02 else "undecided" if gain > 0 else "not_better"
        return measured(kind, math.exp(gain))


def landscape(seed: int) -> Landscape:
    """Gains that scatter around what the authors expect."""
    chance = random.Random(seed)
    gains = {recipe.name: recipe.prior_log_gain * chance.uniform(0.2, 1.3) + chance.gauss(0, 0.06) for recipe in CATALOG}
    faults = tuple(recipe.name for recipe in CATALOG if chance.random() < FAULTY and recipe.name != "fused-llama")
    return Landscape(gains=gains, faults=faults, seed=seed)


def play(policy: Policy, truth: Landscape, *, candidates: int) -> list[float]:
    """The champion's true log-gain after each candidate of one search."""
    chance, situation, reached = random.Random(truth.seed), starting(), list[float]()
    for _ in range(candidates):
        proposal = policy.propose(situation, chance)
        if proposal is not None:
            made = proposal.hypothesis.composition or Composition()
            situation = after(situation, proposal, truth.judge(situation.composition, made, chance))
        reached.append(truth.log_gain(situation.composition))
    return reached


def best(truth: Landscape) -> float:
    """A high mark to compare with: the best of many long walks."""
    from search.policy.uniform import Uniform

    return max(play(Uniform(), truth.model_copy(update={"seed": seed}), candidates=60)[-1] for seed in range(3))
