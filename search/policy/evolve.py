"""The policy `evolve`: islands breed from their Pareto frontiers, by mutation and by crossing with an inspiration from another island."""

import random
from collections.abc import Iterator, Sequence

from search import lineage
from search.composition import Composition
from search.policy import moves, sampling, space
from search.policy.beliefs import Beliefs
from search.policy.change import change
from search.policy.explanation import explain
from search.policy.population import ISLANDS, Individual, frontier, population
from search.policy.situation import Proposal, Situation
from search.policy.space import Offer
from search.value import Value

CROSSED = 0.5
"""Share of the children that have two parents, where some frontier offers another."""
PRESSURE = 0.5
"""Each place further down the frontier is chosen so much less often."""
ATTEMPTS = 40
"""Children that may turn out to be known before every single step is looked through."""


class Child(Value):
    """A composition with its descent."""

    parent: Individual
    inspiration: Individual | None = None
    composition: Composition


class Evolve:
    """Keeps no model: what was learned lies in who survives on the frontier."""

    def propose(self, situation: Situation, chance: random.Random) -> Proposal | None:
        """A new child of the island whose turn it is."""
        recipes, barred = space.offer(situation), space.taken(situation)
        members = [one for one in population(situation.records) if space.fits(one.composition, recipes)]
        if not members:
            return None
        island = (len(situation.records) + len(situation.in_flight)) % ISLANDS
        children = Nursery(recipes, members, island, chance).children()
        child = next((child for child in children if child.composition.key() not in barred), None)
        return _proposal(situation, child, recipes) if child else None


class Nursery:
    """One island's children, in the order in which chance makes them."""

    def __init__(self, recipes: Offer, members: Sequence[Individual], island: int, chance: random.Random) -> None:
        """Whom it breeds from: its own and the fastest of all, a guest on every island; every island's frontier inspires."""
        own = [one for one in members if one.lives_on(island)]
        self._recipes = recipes
        self._oldest = min(members, key=lambda one: one.number)
        self._founded = any(one.number != lineage.ROOT for one in own)
        self._natives = frontier([*own, *frontier(members)[:1]])
        self._inspirations = [one for home in range(ISLANDS) for one in frontier([each for each in members if each.lives_on(home)])]
        self._chance = chance

    def children(self) -> Iterator[Child]:
        """Some by chance; then every single step from anyone on the frontiers, so that nothing near is left out."""
        for _ in range(ATTEMPTS):
            yield self._bred()
        for parent in (*self._natives, *self._inspirations):
            steps = moves.steps(parent.composition, self._recipes)
            for made in self._chance.sample(steps, len(steps)):
                yield Child(parent=parent, composition=made)

    def _bred(self) -> Child:
        """An island begins with a founder that is drawn from nothing."""
        if not self._founded:
            return Child(parent=self._oldest, composition=sampling.drawn(self._recipes, self._chance))
        parent = self._chosen(self._natives)
        others = [one for one in self._inspirations if one.number not in (parent.number, lineage.ROOT)]
        if not others or self._chance.random() >= CROSSED:
            return Child(parent=parent, composition=sampling.mutated(parent.composition, self._recipes, self._chance))
        inspiration = self._chance.choice(others)
        made = sampling.crossed(parent.composition, inspiration.composition, self._recipes, self._chance)
        return Child(parent=parent, inspiration=inspiration, composition=made)

    def _chosen(self, ranked: Sequence[Individual]) -> Individual:
        """Mostly the fastest, sometimes one that is only better in its tail or its memory."""
        return self._chance.choices(ranked, weights=[PRESSURE**place for place in range(len(ranked))])[0]


def _proposal(situation: Situation, child: Child, recipes: Offer) -> Proposal:
    parent, made = child.parent, child.composition
    expected = Beliefs().expected(change(situation.composition, made, recipes), recipes)
    hypothesis = explain(situation, before=parent.composition, after=made, expected=expected, recipes=recipes)
    if child.inspiration:
        told = f"{hypothesis.evidence} What it takes over was measured in candidate {child.inspiration.number}."
        hypothesis = hypothesis.model_copy(update={"evidence": told})
    return Proposal(parent=parent.number, hypothesis=hypothesis)
