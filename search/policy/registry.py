"""The policies by the name that a person types."""

from collections.abc import Mapping

from search.policy.bandit import Bandit
from search.policy.best_of_n import BestOfN
from search.policy.evolve import Evolve
from search.policy.situation import Policy
from search.policy.uniform import Uniform

POLICIES: Mapping[str, Policy] = {"bandit": Bandit(), "best-of-n": BestOfN(), "evolve": Evolve(), "random": Uniform()}


class UnknownPolicy(ValueError):
    """No policy has this name."""


def find_policy(name: str) -> Policy:
    """The policy called `name`; raises UnknownPolicy, which lists the known ones."""
    if name not in POLICIES:
        raise UnknownPolicy(f"unknown policy {name!r}; known are {', '.join(sorted(POLICIES))}")
    return POLICIES[name]
