"""The roles: what each is told, which tools it has, what it must hand in, and how much it may say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from activities.agents.schemas import Charges, Diagnosis, Proposal, Submission
from search.value import Value

PROMPTS = Path(__file__).with_name("roles")
PROMPT_BYTES = 6144

RoleName = Literal["planner", "implementer", "judge", "analyst"]


class Role(Value):
    """One role."""

    name: RoleName
    tools: tuple[str, ...]
    hands_in: type[Value]
    reply_tokens: int
    """At most in one reply."""
    turns: int
    """Replies of one session, repairs included."""
    session_tokens: int
    """Read and written in one session, after which it asks nothing more."""
    writes: bool
    """Whether it has a tree of its own to change."""

    def prompt(self) -> str:
        """What it is told first."""
        return (PROMPTS / f"{self.name}.md").read_text()


READING = ("list_files", "read_file", "search_files", "read_skill", "read_history", "read_diff")
WRITING = ("edit_file", "create_file", "delete_file")
TRYING = ("run_command", "check_conformance", "check_sample", "quick_benchmark", "profile")
ACCUSING = ("try_test",)
ON_TARGET = (*TRYING, *ACCUSING)
"""Tools that run a tree on the target's machine."""

ROLES: Mapping[str, Role] = {
    "planner": Role(name="planner", tools=READING, hands_in=Proposal, reply_tokens=8_000, turns=30, session_tokens=1_500_000, writes=False),
    "implementer": Role(
        name="implementer",
        tools=(*READING, *WRITING, *TRYING),
        hands_in=Submission,
        reply_tokens=16_000,
        turns=200,
        session_tokens=15_000_000,
        writes=True,
    ),
    "judge": Role(
        name="judge", tools=(*READING, *ACCUSING), hands_in=Charges, reply_tokens=12_000, turns=40, session_tokens=2_000_000, writes=False
    ),
    "analyst": Role(name="analyst", tools=READING, hands_in=Diagnosis, reply_tokens=6_000, turns=15, session_tokens=600_000, writes=False),
}
