"""The policy `random`: every valid single step from the champion is equally likely; the baseline that others must beat."""

import random

from search.policy import moves, space
from search.policy.beliefs import Beliefs
from search.policy.change import change
from search.policy.explanation import explain
from search.policy.situation import Proposal, Situation


class Uniform:
    """Knows nothing and learns nothing."""

    def propose(self, situation: Situation, chance: random.Random) -> Proposal | None:
        """Any step that was not tried."""
        recipes, barred = space.offer(situation), space.taken(situation)
        open_steps = [made for made in moves.steps(situation.composition, recipes) if made.key() not in barred]
        if not open_steps:
            return None
        made = chance.choice(open_steps)
        expected = Beliefs().expected(change(situation.composition, made, recipes), recipes)
        hypothesis = explain(situation, before=situation.composition, after=made, expected=expected, recipes=recipes)
        return Proposal(parent=situation.champion, hypothesis=hypothesis)
