"""What the steps of an outside author's work are asked and what they answer; texts and trees stay in the ledger."""

import math
from datetime import datetime
from typing import Annotated

from pydantic import Field

from activities.task import Setting
from search.hypothesis import Hypothesis
from search.source import ObjectId, Source
from search.value import Line, Value
from search.verdict import Rejected


class Stated(Value):
    """What an author says about a tree when it is handed in."""

    claim: Annotated[Line, Field(description="what will be faster, in one falsifiable sentence")]
    mechanism: Annotated[Line, Field(description="why: which work is avoided, overlapped or done in a cheaper way")]
    falsifier: Annotated[Line, Field(description="which measurement would show it wrong")]
    expected_ratio: Annotated[float, Field(gt=0.1, lt=100, description="expected speed over the champion, for example 1.4")]

    def hypothesis(self) -> Hypothesis:
        """As a search keeps it."""
        gain = math.log(self.expected_ratio)
        return Hypothesis(claim=self.claim, mechanism=self.mechanism, evidence="", falsifier=self.falsifier, expected_log_gain=gain)


class WorkTask(Value):
    """One candidate to be written, or to be repaired, by an outside author."""

    setting: Setting
    agent: str
    """As it was typed: whether a command does it."""
    number: int
    parent: int
    part: int = 0
    """0 for the first writing, then one per repair."""
    hypothesis: Hypothesis | None = None
    """What to test; the author says it where it is absent."""
    source: Source | None = None
    """What was refused, to be repaired."""
    rejected: Rejected | None = None
    """Why it was refused."""
    ends_by: datetime | None = None
    """When the search's time is over."""
    network: bool = False
    """Whether the command may use the network."""

    @property
    def name(self) -> str:
        """The item as a person types it."""
        return f"{self.setting.search}/{self.number}"

    @property
    def place(self) -> str:
        """Where the journal keeps it, without an ending."""
        return f"work/{self.number:04d}/{self.part}"


class OpenTask(Value):
    """Lay the work out: branch, brief and folder."""

    work: WorkTask
    when: datetime


class CommandTask(Value):
    """Let the command write."""

    work: WorkTask
    source: Source
    """Where it begins."""
    seconds: float
    """Wall clock for the command."""
    when: datetime


class Handing(Value):
    """What an author handed in, or why nothing."""

    by: str
    tree: ObjectId | None = None
    hypothesis: Hypothesis | None = None
    """When the author states one."""
    failed: str = ""
    evidence: str = ""
    correctable: bool = False
    """Whether the author may try again."""


class HandInTask(Value):
    """Keep what was handed in: in the journal, and as a commit on the candidate's branch."""

    work: WorkTask
    source: Source
    """Where it began."""
    handing: Handing
    when: datetime
