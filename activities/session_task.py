"""What the steps of an agent's session are asked and what they answer; texts and trees stay in the ledger."""

from datetime import datetime

from activities.agents.role import RoleName
from activities.task import Setting
from search.hypothesis import Hypothesis
from search.source import Source
from search.spending import Spending
from search.value import Value
from search.verdict import Rejected


class SessionKey(Value):
    """Which conversation: one per role and candidate, attempt at a plan, or tree to be judged."""

    setting: Setting
    agent: str
    """As it was typed: which models take which role."""
    role: RoleName
    number: int
    """The candidate that it is about."""
    attempt: int = 1

    @property
    def name(self) -> str:
        """Within the search, as the journal's folder is called."""
        return f"{self.number:04d}-{self.role}" + (f"-{self.attempt}" if self.attempt > 1 else "")


class Brief(Value):
    """What a session is about."""

    parent: int = 0
    hypothesis: Hypothesis | None = None
    """For an implementer: what to test; for a judge: what the tree claims to do."""
    source: Source | None = None
    """For a judge: the tree that is judged."""
    in_flight: tuple[str, ...] = ()
    """For a planner: claims that are being tested."""
    slots: int = 1
    """For a planner: how many candidates may begin now."""
    steers: tuple[str, ...] = ()
    """For a planner: what the operator asks for, the newest last."""
    left: str = ""
    """For a planner: what is left of the budget."""


class BriefTask(Value):
    """Write the first words into the transcript."""

    key: SessionKey
    brief: Brief
    place: int
    when: datetime


class Briefed(Value):
    """The next free place, and the tree to work on."""

    place: int
    source: Source


class SayTask(Value):
    """Tell the agent what did not fit, or what a gate reported."""

    key: SessionKey
    place: int
    text: str = ""
    rejected: Rejected | None = None
    when: datetime


class ReplyTask(Value):
    """Ask the model for the next message."""

    key: SessionKey
    place: int
    when: datetime


class CallName(Value):
    """A call in a reply: where its answer goes, and which tool it names."""

    index: int
    tool: str


class Replied(Value):
    """What a reply brought."""

    calls: tuple[CallName, ...] = ()
    submission: str = ""
    """What was handed in as plain JSON, without a tool."""
    problem: str = ""
    """Why this reply leads nowhere; the agent is told once."""
    failed: str = ""
    """Why no further reply can be had."""
    final: bool = False
    """Whether no other session would fare better."""
    spending: Spending | None = None


class ToolTask(Value):
    """Do what one call asks for."""

    key: SessionKey
    reply: int
    """Place of the reply that holds the call."""
    index: int
    place: int
    """Where the answer goes."""
    source: Source
    when: datetime
    seed: int
    """For public questions and loads."""


class Answered(Value):
    """What a call brought."""

    source: Source
    submission: str = ""
    misfit: bool = False
