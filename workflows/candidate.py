"""The first half of a candidate's life: write it, then put it through the gates that need no measurement."""

from datetime import datetime

from temporalio import workflow

from activities.task import CheckTask, GateReport, GenerateTask, NoveltyTask, Setting
from search.hypothesis import Hypothesis
from search.record import Gate
from search.source import Source
from search.value import Value
from search.verdict import Rejected
from workflows import steps
from workflows.progress import Runner

GATES = ("build", "conformance", "correctness")


class CandidateTask(Value):
    """One hypothesis to be written and checked. A source that is given is checked as it is: the starter."""

    setting: Setting
    number: int
    parent: int
    hypothesis: Hypothesis
    source: Source | None = None


class Checked(Value):
    """A candidate after its gates; `rejected` says which gate refused it and why."""

    source: Source
    gates: tuple[Gate, ...]
    seeds: tuple[int, ...]
    rejected: Rejected | None = None


@workflow.defn(name="Candidate")
class CandidateWorkflow:
    """Writes one candidate and checks that it is right."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._stage = "write"
        self._since: datetime | None = None
        self._gates: list[Gate] = []
        self._seeds: list[int] = []
        self._number = 0

    @workflow.run
    async def run(self, task: CandidateTask) -> Checked:
        """Write, compare with what was written before, build, conformance, correctness; stop at the first refusal."""
        self._number = task.number
        source = await self._write(task)
        if repeated := await self._compare(task, source):
            return self._checked(source, repeated)
        for name in GATES:
            report = await self._check(name, task, source)
            if report.rejected:
                return self._checked(source, report.rejected)
        return self._checked(source, None)

    @workflow.query
    def progress(self) -> Runner:
        """The stage that runs now and the gates passed."""
        since = self._since or workflow.info().start_time
        return Runner(number=self._number, claim="", stage=self._stage, since=since, gates=tuple(self._gates))

    async def _write(self, task: CandidateTask) -> Source:
        self._enter("write")
        if task.source:
            return task.source
        return await steps.generate(
            GenerateTask(
                setting=task.setting,
                number=task.number,
                parent=task.parent,
                hypothesis=task.hypothesis,
                when=workflow.info().start_time,
            )
        )

    async def _compare(self, task: CandidateTask, source: Source) -> Rejected | None:
        if task.source:
            return None
        return (await steps.novelty(NoveltyTask(setting=task.setting, number=task.number, source=source))).rejected

    async def _check(self, name: str, task: CandidateTask, source: Source) -> GateReport:
        self._enter(name)
        seed = workflow.random().getrandbits(48)
        self._seeds.append(seed)
        report = await steps.gate(name, CheckTask(setting=task.setting, number=task.number, source=source, seed=seed))
        self._gates.append(report.gate)
        return report

    def _enter(self, stage: str) -> None:
        self._stage = stage
        self._since = workflow.now()

    def _checked(self, source: Source, rejected: Rejected | None) -> Checked:
        return Checked(source=source, gates=tuple(self._gates), seeds=tuple(self._seeds), rejected=rejected)
