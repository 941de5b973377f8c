"""What the search has learned: a normal belief about each recipe's log-gain, and how far each can be trusted to pass the gates."""

import math
from collections.abc import Mapping, Sequence

from search import lineage
from search.policy.change import Change, change
from search.policy.space import Offer
from search.record import Record
from search.value import Value
from search.verdict import Measured, Rejected

NOISE = 0.1
"""Standard deviation of a measured log-gain about the sum of its parts: noise, and parts that help or hinder each other."""
SCREENED_OUT = -0.5
"""Log-gain that stands in for a candidate which the screen stopped as hopelessly slow."""
KNOB_DEVIATION = 0.03
"""Of the log-gain per step along a parameter's settings; its mean is 0."""
PASSES, FAILURES = 4.75, 0.25
"""A new recipe passes the gates 19 times in 20, on five trials' worth of belief."""
BLAME = 3.0
"""Trials that one refusal counts for: gates are deterministic, so what failed once mostly fails again."""


class Belief(Value):
    """A normal distribution of a log-gain."""

    mean: float
    variance: float


class Trust(Value):
    """Trials of a recipe in the gates: a Beta distribution by its two counts."""

    passes: float = PASSES
    failures: float = FAILURES

    @property
    def chance(self) -> float:
        """Probability that the recipe passes."""
        return self.passes / (self.passes + self.failures)


class Beliefs(Value):
    """All that was learned; recipes and knobs without evidence have their prior."""

    gains: Mapping[str, Belief] = {}
    trusts: Mapping[str, Trust] = {}

    def gain(self, feature: str, recipes: Offer) -> Belief:
        """Of a recipe by its name, or of one step of a knob by `recipe.parameter`."""
        return self.gains.get(feature) or _prior(feature, recipes)

    def trust(self, recipe: str) -> Trust:
        """That the recipe passes the gates."""
        return self.trusts.get(recipe, Trust())

    def expected(self, made: Change, recipes: Offer) -> float:
        """Mean log-gain of a change."""
        return sum(weight * self.gain(feature, recipes).mean for feature, weight in weights(made).items())


def weights(made: Change) -> Mapping[str, float]:
    """How often each feature counts in the change's log-gain: added 1, removed -1, a knob its steps."""
    return {**dict.fromkeys(made.added, 1.0), **dict.fromkeys(made.removed, -1.0), **made.turned}


def learn(records: Sequence[Record], recipes: Offer) -> Beliefs:
    """Beliefs after all records, each compared with the champion of its time."""
    beliefs, reigning = Beliefs(), None
    for record in records:
        made = lineage.composition(record)
        if made is not None and reigning is not None:
            beliefs = _after(beliefs, record, change(reigning, made, recipes), recipes)
        if lineage.is_crowned(record):
            reigning = made
    return beliefs


def _after(beliefs: Beliefs, record: Record, made: Change, recipes: Offer) -> Beliefs:
    match record.verdict:
        case Rejected(stage="screen"):
            return _measured(_passed(beliefs, made), made, SCREENED_OUT, recipes)
        case Rejected(stage="generate"):
            return beliefs  # it was a tree that had been judged before: its recipes were not put to any gate
        case Rejected():
            return _refused(beliefs, made)
        case Measured():
            gain = lineage.log_gain(record)
            passed = _passed(beliefs, made)
            return passed if gain is None else _measured(passed, made, gain, recipes)
        case _:
            return beliefs


def _measured(beliefs: Beliefs, made: Change, gain: float, recipes: Offer) -> Beliefs:
    """The Kalman update of a sum of independent normals, keeping each one's own mean and variance: the surprise is shared by variance."""
    parts = {feature: (weight, beliefs.gain(feature, recipes)) for feature, weight in weights(made).items()}
    total = sum(weight**2 * belief.variance for weight, belief in parts.values()) + NOISE**2
    surprise = gain - beliefs.expected(made, recipes)
    updated = {
        feature: Belief(
            mean=belief.mean + weight * belief.variance / total * surprise,
            variance=belief.variance * (1 - weight**2 * belief.variance / total),
        )
        for feature, (weight, belief) in parts.items()
    }
    return beliefs.model_copy(update={"gains": {**beliefs.gains, **updated}})


def _passed(beliefs: Beliefs, made: Change) -> Beliefs:
    updated = {name: Trust(passes=beliefs.trust(name).passes + 1, failures=beliefs.trust(name).failures) for name in made.added}
    return beliefs.model_copy(update={"trusts": {**beliefs.trusts, **updated}})


def _refused(beliefs: Beliefs, made: Change) -> Beliefs:
    """The blame is shared by who was suspect: a recipe alone bears all of it, one among proven ones nearly all."""
    suspicion = {name: 1 - beliefs.trust(name).chance for name in made.added}
    total = math.fsum(suspicion.values())
    updated = {
        name: Trust(passes=beliefs.trust(name).passes, failures=beliefs.trust(name).failures + BLAME * share / total)
        for name, share in suspicion.items()
    }
    return beliefs.model_copy(update={"trusts": {**beliefs.trusts, **updated}})


def _prior(feature: str, recipes: Offer) -> Belief:
    recipe = recipes.get(feature)
    if recipe is None:
        return Belief(mean=0.0, variance=KNOB_DEVIATION**2)
    deviation = 0.05 + abs(recipe.prior_log_gain) / 2
    return Belief(mean=recipe.prior_log_gain, variance=deviation**2)
