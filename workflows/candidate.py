"""The first half of a candidate's life: write it, then put it through the gates that need no measurement."""

from datetime import datetime

from temporalio import workflow

from activities.review_task import ExamTask
from activities.task import CheckTask, GateReport, GenerateTask, NoveltyTask, Setting
from search.gate_test import GateTest
from search.hypothesis import Hypothesis
from search.record import Gate
from search.source import Source
from search.value import Value
from search.verdict import Rejected
from workflows import steps
from workflows.progress import Runner

GATES = ("build", "conformance", "correctness")
TESTS = "tests"
"""The gate of what was found on earlier candidates; without such tests there is none."""


class CandidateTask(Value):
    """One hypothesis to be written and checked. A source that is given is checked as it is: the starter."""

    setting: Setting
    number: int
    parent: int
    hypothesis: Hypothesis
    source: Source | None = None
    starter: Source | None = None
    """What a test of the gate, or one that wants to join it, is compared with."""
    tests: tuple[str, ...] = ()
    """Names of the tests that joined the gate until now."""


class Checked(Value):
    """A candidate after its gates; `rejected` says which gate refused it and why."""

    source: Source
    gates: tuple[Gate, ...]
    seeds: tuple[int, ...]
    rejected: Rejected | None = None
    findings: tuple[GateTest, ...] = ()
    """Accepted tests that were found on it; they join the gate."""


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
        for name in (*GATES, *([TESTS] if task.tests else [])):
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
        return await steps.novelty(NoveltyTask(setting=task.setting, number=task.number, source=source))

    async def _check(self, name: str, task: CandidateTask, source: Source) -> GateReport:
        self._enter(name)
        seed = workflow.random().getrandbits(48)
        self._seeds.append(seed)
        report = await self._report(name, task, source, seed)
        self._gates.append(report.gate)
        return report

    async def _report(self, name: str, task: CandidateTask, source: Source, seed: int) -> GateReport:
        if name != TESTS:
            return await steps.gate(name, CheckTask(setting=task.setting, number=task.number, source=source, seed=seed))
        assert task.starter is not None
        return await steps.examine(
            ExamTask(setting=task.setting, number=task.number, source=source, starter=task.starter, tests=task.tests, seed=seed)
        )

    def _enter(self, stage: str) -> None:
        self._stage = stage
        self._since = workflow.now()

    def _checked(self, source: Source, rejected: Rejected | None) -> Checked:
        return Checked(source=source, gates=tuple(self._gates), seeds=tuple(self._seeds), rejected=rejected)
