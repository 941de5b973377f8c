"""What a policy sees, what it answers, and the one method that every policy has."""

import random
from typing import Protocol

from search.composition import Composition
from search.hypothesis import Hypothesis
from search.profile import Profile
from search.recipe import Recipe
from search.record import Record
from search.spec import Correctness
from search.value import Value


class Situation(Value):
    """A search at the moment in which it may begin another candidate."""

    scenario: str
    target: str
    abilities: tuple[str, ...]
    """What the machine has, as the target's fingerprint names it."""
    correctness: Correctness
    catalog: tuple[Recipe, ...]
    """All recipes; the policy leaves out what does not fit the search."""
    records: tuple[Record, ...]
    """Finished candidates in the order in which they ended."""
    champion: int
    composition: Composition
    """The champion's."""
    profile: Profile | None = None
    """The champion's."""
    in_flight: tuple[str, ...] = ()
    """Keys of the compositions that run now."""


class Proposal(Value):
    """The next candidate: whose child it is, and what it tests."""

    parent: int
    hypothesis: Hypothesis
    """Always with its whole composition."""


class Policy(Protocol):
    """Chooses the next candidate."""

    def propose(self, situation: Situation, chance: random.Random) -> Proposal | None:
        """The next candidate, never one that was tried or runs; None when the space is exhausted."""
        ...
