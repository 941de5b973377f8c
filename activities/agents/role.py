"""The roles: what each is told, which tools it has, what it must hand in, and how much it may say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from search.value import Value

PROMPTS = Path(__file__).with_name("roles")
PROMPT_BYTES = 6144

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=600)]
RoleName = Literal["planner", "implementer"]


class Proposal(Value):
    """What a planner hands in."""

    parent: Annotated[int, Field(ge=0, description="number of the candidate to start from")]
    claim: Annotated[Line, Field(description="what will be faster, in one falsifiable sentence")]
    mechanism: Annotated[Line, Field(description="why: which work is avoided, overlapped or done in a cheaper way")]
    evidence: Annotated[Line, Field(description="what in a profile or an earlier verdict speaks for it")]
    activation: Annotated[Line, Field(description="what shows, once built, that the mechanism is really at work")]
    falsifier: Annotated[Line, Field(description="which measurement would show it wrong")]
    expected_ratio: Annotated[float, Field(gt=0.1, lt=100, description="expected speed over the champion, for example 1.4")]


class Submission(Value):
    """What an implementer hands in; the tree on the branch is the work itself."""

    summary: Annotated[Line, Field(description="what was changed and how the claim's activation can be seen")]


class Role(Value):
    """One role."""

    name: RoleName
    tools: tuple[str, ...]
    hands_in: type[Value]
    reply_tokens: int
    """At most in one reply."""
    turns: int
    """Replies of one session, repairs included."""
    writes: bool
    """Whether it has a tree of its own to change."""

    def prompt(self) -> str:
        """What it is told first."""
        return (PROMPTS / f"{self.name}.md").read_text()


READING = ("list_files", "read_file", "search_files", "read_skill", "read_history", "read_diff")
WRITING = ("edit_file", "create_file", "delete_file")
TRYING = ("run_command", "check_conformance", "check_sample", "quick_benchmark", "profile")

ROLES: Mapping[str, Role] = {
    "planner": Role(name="planner", tools=READING, hands_in=Proposal, reply_tokens=8_000, turns=30, writes=False),
    "implementer": Role(
        name="implementer", tools=(*READING, *WRITING, *TRYING), hands_in=Submission, reply_tokens=16_000, turns=200, writes=True
    ),
}
