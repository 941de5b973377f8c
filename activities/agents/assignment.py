"""Which model takes which role: `openai:MODEL`, `openai:planner=A,implementer=B*2|C`; an ensemble draws by weight.

Who judges and analyses need not be named: the planner's models do it then.
"""

import random
import re
from collections.abc import Mapping

from pydantic import Field

from search.value import Value

PROVIDER = "openai"
NAMED = ("planner", "implementer")
ROLES = (*NAMED, "judge", "analyst")
WEIGHTED = re.compile(r"(?P<model>.+?)\*(?P<weight>\d{1,3})")


class BadAssignment(ValueError):
    """What was typed names no model for each role."""


class Share(Value):
    """One model of an ensemble."""

    model: str
    weight: int = Field(default=1, ge=1)


class Assignment(Value):
    """The ensemble of each role."""

    ensembles: Mapping[str, tuple[Share, ...]]

    def models(self) -> frozenset[str]:
        """All that may be asked."""
        return frozenset(share.model for shares in self.ensembles.values() for share in shares)

    def model(self, role: str, key: str) -> str:
        """The model for a session: the same key always gets the same one, so that a session keeps its model."""
        shares = self.ensembles[role]
        return random.Random(f"{role} {key}").choices([share.model for share in shares], [share.weight for share in shares])[0]


def is_model_agent(agent: str) -> bool:
    """Whether language models write the candidates."""
    return agent.partition(":")[0] == PROVIDER


def read_assignment(agent: str) -> Assignment:
    """Reads `openai:...`; BadAssignment says what would be right."""
    provider, _, text = agent.partition(":")
    if provider != PROVIDER or not text.strip():
        raise BadAssignment(f"--agent {agent!r}: name a model, for example openai:MODEL or openai:planner=A,implementer=B")
    if "=" not in text:
        return Assignment(ensembles=dict.fromkeys(ROLES, _ensemble(text, agent)))
    ensembles: dict[str, tuple[Share, ...]] = {}
    for part in text.split(","):
        role, _, models = part.strip().partition("=")
        if role not in ROLES or not models:
            raise BadAssignment(f"--agent {agent!r}: {part.strip()!r} names no role; roles are {', '.join(ROLES)}")
        ensembles[role] = _ensemble(models, agent)
    missing = [role for role in NAMED if role not in ensembles]
    if missing:
        raise BadAssignment(f"--agent {agent!r}: no model for {', '.join(missing)}")
    return Assignment(ensembles={role: ensembles.get(role, ensembles["planner"]) for role in ROLES})


def _ensemble(text: str, agent: str) -> tuple[Share, ...]:
    shares: list[Share] = []
    for part in text.split("|"):
        found = WEIGHTED.fullmatch(part.strip())
        model, weight = (found["model"], int(found["weight"])) if found else (part.strip(), 1)
        if not model or weight < 1:
            raise BadAssignment(f"--agent {agent!r}: {part!r} is no model with a weight, for example A*2|B")
        shares.append(Share(model=model, weight=weight))
    return tuple(shares)
