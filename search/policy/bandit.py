"""The policy `bandit`: Thompson sampling over steps and bundles of steps; docs/decisions/0003-bandit-steps.md tells why it bundles."""

import math
import random
from collections.abc import Iterator, Mapping

from search import lineage
from search.composition import Composition
from search.policy import moves, space
from search.policy.beliefs import Beliefs, learn, weights
from search.policy.change import change
from search.policy.explanation import explain
from search.policy.headroom import bounded
from search.policy.situation import Proposal, Situation
from search.policy.space import Offer
from search.value import Value
from search.verdict import Measured

HEAD_START = 0.5
"""Part of an undecided candidate's measured log-gain that is believed."""


class Origin(Value):
    """A candidate to start from."""

    number: int
    composition: Composition
    head_start: float = 0.0
    """Log-gain over the champion that it probably has already."""


class Option(Value):
    """A composition that may be proposed."""

    origin: Origin
    composition: Composition
    worth: float


class Bandit:
    """Proposes what one optimistic draw from its beliefs, bounded by the profile, makes look best."""

    def propose(self, situation: Situation, chance: random.Random) -> Proposal | None:
        """The untried option of the greatest worth."""
        recipes, barred = space.offer(situation), space.taken(situation)
        beliefs = learn(situation.records, recipes)
        mind = Mind(situation, recipes, beliefs, chance)
        options = [option for origin in _origins(situation, recipes) for option in mind.options(origin)]
        open_options = [option for option in options if option.composition.key() not in barred]
        if not open_options:
            return None
        best = max(open_options, key=lambda option: (option.worth, option.composition.key()))
        return _proposal(situation, best, beliefs, recipes)


class Mind:
    """One draw of every belief, and what compositions are worth under it."""

    def __init__(self, situation: Situation, recipes: Offer, beliefs: Beliefs, chance: random.Random) -> None:
        """Draw once per feature, in a fixed order."""
        self._recipes = recipes
        self._beliefs = beliefs
        self._profile = situation.profile
        self._draws = _draw(recipes, beliefs, chance)

    def options(self, origin: Origin) -> Iterator[Option]:
        """Every single step from the origin, and every stage of the bundle that grows from the best addition."""
        for made in moves.steps(origin.composition, self._recipes):
            yield self._option(origin, made)
        yield from self._bundle(origin)

    def _bundle(self, origin: Origin) -> Iterator[Option]:
        """Adds the recipe that raises the worth most, until none does: a gain must outweigh the risk that it sinks the rest."""
        made, worth = origin.composition, 0.0
        while True:
            larger = [self._option(origin, wider) for wider in moves.additions(made, self._recipes)]
            best = max(larger, key=lambda option: (option.worth, option.composition.key()), default=None)
            if best is None or best.worth <= worth:
                return
            yield best
            made, worth = best.composition, best.worth

    def _option(self, origin: Origin, made: Composition) -> Option:
        done = change(origin.composition, made, self._recipes)
        parts = weights(done)
        gain = origin.head_start + sum(self._part(name, weight) for name, weight in parts.items())
        passes = math.prod(self._beliefs.trust(name).chance for name in done.added)
        return Option(origin=origin, composition=made, worth=passes * gain if gain > 0 else gain)

    def _part(self, feature: str, weight: float) -> float:
        """An optimistic draw (May and others 2012): never below the mean. What is taken out counts at its mean."""
        mean = weight * self._beliefs.gain(feature, self._recipes).mean
        recipe = self._recipes.get(feature)
        if recipe is not None and weight < 0:
            return mean
        optimism = max(0.0, weight * self._draws.get(feature, 0.0) - mean)
        return optimism + (mean if recipe is None else bounded(mean, recipe, self._profile))


def _draw(recipes: Offer, beliefs: Beliefs, chance: random.Random) -> Mapping[str, float]:
    knobs = [f"{name}.{parameter.name}" for name in sorted(recipes) for parameter in recipes[name].parameters]
    found = {feature: beliefs.gain(feature, recipes) for feature in [*sorted(recipes), *knobs]}
    return {feature: chance.gauss(belief.mean, math.sqrt(belief.variance)) for feature, belief in found.items()}


def _origins(situation: Situation, recipes: Offer) -> Iterator[Origin]:
    """The champion, and the best candidate that its duel left undecided above 1 since the champion reigns."""
    yield Origin(number=situation.champion, composition=situation.composition)
    reigned = [position for position, record in enumerate(situation.records) if lineage.is_crowned(record)]
    since = situation.records[reigned[-1] + 1 :] if reigned else ()
    hopeful = [record for record in since if isinstance(record.verdict, Measured) and record.verdict.kind == "undecided"]
    for record in sorted(hopeful, key=lambda record: lineage.log_gain(record) or 0.0)[-1:]:
        gain, made = lineage.log_gain(record), lineage.composition(record)
        if gain and gain > 0 and made is not None and space.fits(made, recipes):
            yield Origin(number=record.number, composition=made, head_start=HEAD_START * gain)


def _proposal(situation: Situation, best: Option, beliefs: Beliefs, recipes: Offer) -> Proposal:
    origin, made = best.origin, best.composition
    expected = origin.head_start + beliefs.expected(change(origin.composition, made, recipes), recipes)
    hypothesis = explain(situation, before=origin.composition, after=made, expected=expected, recipes=recipes)
    return Proposal(parent=origin.number, hypothesis=hypothesis)
