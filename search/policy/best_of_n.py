"""The policy `best-of-n`: independent candidates, each from the starter, and the best wins; the classical baseline of sampling."""

import random

from search import lineage
from search.composition import Composition
from search.policy import sampling, space
from search.policy.beliefs import Beliefs
from search.policy.change import change
from search.policy.explanation import explain
from search.policy.situation import Proposal, Situation

DRAWS = 200
"""After so many draws of what was tried already the space counts as exhausted."""


class BestOfN:
    """Learns nothing from one candidate to the next; it only never runs the same twice."""

    def propose(self, situation: Situation, chance: random.Random) -> Proposal | None:
        """The first draw that is new."""
        recipes, barred = space.offer(situation), space.taken(situation)
        draws = (sampling.drawn(recipes, chance) for _ in range(DRAWS))
        made = next((made for made in draws if made.key() not in barred), None)
        if made is None:
            return None
        expected = Beliefs().expected(change(situation.composition, made, recipes), recipes)
        hypothesis = explain(situation, before=Composition(), after=made, expected=expected, recipes=recipes)
        return Proposal(parent=lineage.ROOT, hypothesis=hypothesis)
