"""A piece of work as its author sees it: who holds it, until when, and what is asked."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from activities.agents.external import command_of
from activities.work_task import WorkTask
from search.hypothesis import Hypothesis
from search.source import Source
from search.value import Value

Author = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=600)]
LONGEST_MINUTES = 7 * 24 * 60


class Claim(Value):
    """Who wants it, and for how long."""

    by: Author
    minutes: Annotated[float, Field(gt=0, le=LONGEST_MINUTES)]


class Lease(Value):
    """Who holds it; from `until` on it is open again."""

    by: Author
    until: datetime


class GivingUp(Value):
    """Who gives the candidate up, and why."""

    by: Author
    reason: Reason


class WorkItem(Value):
    """How a piece of work stands."""

    item: str
    """As a person types it: search and candidate."""
    search: str
    number: int
    parent: int
    part: int
    """0 for the first writing, then one per repair."""
    kind: Literal["write", "repair"]
    state: Literal["being laid out", "open", "claimed", "run by a command", "handed in"]
    lease: Lease | None
    ends_by: datetime | None
    """When the search's time is over."""
    hypothesis: Hypothesis | None
    """What to test; the author says it where it is absent."""
    refused: str
    """In a repair: which gate refused the tree, and why."""
    source: Source | None
    """Where it begins."""
    brief: str
    """Its file in the search's journal."""

    @classmethod
    def of(cls, task: WorkTask, *, source: Source | None, lease: Lease | None, handed_in: bool) -> "WorkItem":
        """The account of the workflow that holds it."""
        state = "handed in" if handed_in else "being laid out" if source is None else "claimed" if lease else "open"
        return cls(
            item=task.name,
            search=task.setting.search,
            number=task.number,
            parent=task.parent,
            part=task.part,
            kind="repair" if task.part else "write",
            state="run by a command" if command_of(task.agent) and not handed_in else state,
            lease=lease,
            ends_by=task.ends_by,
            hypothesis=task.hypothesis,
            refused=f"{task.rejected.stage}: {task.rejected.reason}" if task.rejected else "",
            source=source,
            brief=f"{task.place}.md",
        )
