"""A candidate that waits for its outside author: claimed for a while, handed in or given up; the wait survives everything."""

from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow

from activities.agents.external import command_of
from activities.work_task import CommandTask, Handing, HandInTask, OpenTask, WorkTask
from search.hypothesis import Hypothesis
from search.source import Source
from search.value import Value
from search.verdict import Rejected
from workflows import limits, steps
from workflows.work_item import Claim, GivingUp, Lease, WorkItem

UNSAID = Hypothesis(
    claim="open work: its author says what it tests (vibeserve work list)", mechanism="", evidence="", falsifier="", expected_log_gain=0.0
)
UNCLAIMED = UNSAID.model_copy(update={"claim": "its author claimed nothing"})
TIME_OVER = "the search's time was over before anything was handed in"


class WorkEnd(Value):
    """How a piece of work ended, and what is needed to go on with it."""

    task: WorkTask
    source: Source
    handing: Handing

    @property
    def hypothesis(self) -> Hypothesis | None:
        """What is tested, once it was said."""
        return self.handing.hypothesis or self.task.hypothesis

    @property
    def failed(self) -> Rejected | None:
        """Why nothing was handed in."""
        if not self.handing.failed:
            return None
        return Rejected(stage="generate", reason=self.handing.failed, evidence=self.handing.evidence)

    def repair(self, rejected: Rejected) -> WorkTask:
        """The next piece: mend what was refused."""
        changes = {"part": self.task.part + 1, "source": self.source, "hypothesis": self.hypothesis, "rejected": rejected}
        return self.task.model_copy(update=changes)


@workflow.defn(name="Work")
class WorkWorkflow:
    """One piece of work for one author, from its brief to what was handed in."""

    @workflow.init
    def __init__(self, task: WorkTask) -> None:
        """Nobody has it."""
        self._task = task
        self._source: Source | None = None
        self._lease: Lease | None = None
        self._handing: Handing | None = None

    @workflow.run
    async def run(self, task: WorkTask) -> WorkEnd:
        """Lay it out, let the author work, keep what comes."""
        source = await steps.open_work(OpenTask(work=task, when=workflow.now()))
        self._source = source
        handing = await (self._command(source) if command_of(task.agent) else self._handed())
        kept = await steps.hand_in(HandInTask(work=task, source=source, handing=handing, when=workflow.now()))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return WorkEnd(task=task, source=kept, handing=handing)

    @workflow.query
    def item(self) -> WorkItem:
        """How it stands."""
        return WorkItem.of(self._task, source=self._source, lease=self._lease, handed_in=self._handing is not None)

    @workflow.update
    async def claim(self, claim: Claim) -> Lease:
        """Keep it for one author for a while; the same author may claim again for longer."""
        self._lease = Lease(by=claim.by, until=workflow.now() + timedelta(minutes=claim.minutes))
        return self._lease

    @claim.validator
    def refuse_claim(self, claim: Claim) -> None:
        """Only one author at a time."""
        self._refuse(claim.by)

    @workflow.update
    async def submit(self, handing: Handing) -> str:
        """Hand a tree in; the gates come next."""
        self._handing = handing
        return f"{self._task.name} is handed in; its gates come next"

    @submit.validator
    def refuse_submission(self, handing: Handing) -> None:
        """A tree that is new, with a claim, from whoever holds the work."""
        self._refuse(handing.by)
        assert self._source is not None
        if handing.hypothesis is None and self._task.hypothesis is None:
            raise ValueError(
                f"{self._task.name} has no hypothesis yet: say what it tests with --claim, --mechanism, --falsifier and --expect"
            )
        if handing.tree == self._source.tree:
            raise ValueError(f"the folder holds what {self._task.name} began with: change it first, or `vibeserve work abandon` it")

    @workflow.update
    async def abandon(self, giving_up: GivingUp) -> str:
        """Give the candidate up; it ends as rejected with the reason."""
        self._handing = Handing(by=giving_up.by, failed=f"abandoned by {giving_up.by}: {giving_up.reason}")
        return f"{self._task.name} is given up"

    @abandon.validator
    def refuse_giving_up(self, giving_up: GivingUp) -> None:
        """Only whoever holds the work."""
        self._refuse(giving_up.by)

    def _refuse(self, by: str) -> None:
        """Raise what stands against an act of this author; its words reach the person."""
        name, lease = self._task.name, self._lease
        if command_of(self._task.agent):
            raise ValueError(f"{name} is written by a command; `vibeserve stop {self._task.setting.search}` ends its search")
        if self._source is None:
            raise ValueError(f"{name} is being laid out; try again in a moment")
        if self._handing is not None:
            raise ValueError(f"{name} is handed in already; `vibeserve watch {self._task.setting.search}` shows how it fares")
        if lease is not None and lease.by != by and lease.until > workflow.now():
            raise ValueError(
                f"{name} is claimed by {lease.by} until {lease.until:%Y-%m-%d %H:%M} UTC: take other work (`vibeserve work list`), "
                "wait, or name yourself with --as if that is you"
            )

    async def _handed(self) -> Handing:
        """Until somebody hands it in or gives it up, or the search's time is over; leases end on the way."""
        while self._handing is None:
            held = self._lease
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda held=held: self._handing is not None or self._lease != held, timeout=self._left())
            self._pass_time()
        return self._handing

    def _left(self) -> timedelta | None:
        """Until something ends by itself."""
        ends = [end for end in (self._task.ends_by, self._lease and self._lease.until) if end is not None]
        return max(min(ends) - workflow.now(), timedelta()) if ends else None

    def _pass_time(self) -> None:
        if self._lease and self._lease.until <= workflow.now():
            self._lease = None
        if self._handing is None and self._task.ends_by and self._task.ends_by <= workflow.now():
            self._handing = Handing(by="", failed=TIME_OVER)

    async def _command(self, source: Source) -> Handing:
        """The command, as long as it may take and the search has time."""
        left = _seconds_until(self._task.ends_by)
        if left <= 0:
            return Handing(by=self._task.agent, failed=TIME_OVER)
        task = CommandTask(work=self._task, source=source, seconds=left, when=workflow.now())
        self._handing = await steps.work_command(task)
        return self._handing


def _seconds_until(end: datetime | None) -> float:
    longest = limits.WRITE_STEP.total_seconds()
    return longest if end is None else min((end - workflow.now()).total_seconds(), longest)
