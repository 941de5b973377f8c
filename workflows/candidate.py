"""The first half of a candidate's life: write it, then put it through the gates that need no measurement."""

from datetime import datetime

from temporalio import workflow

from activities.agents.assignment import is_model_agent
from activities.agents.external import is_external_agent
from activities.review_task import ExamTask
from activities.session_task import Brief, SessionKey
from activities.task import CheckTask, CopyTask, GateReport, GenerateTask, NoveltyTask, Setting
from activities.work_task import WorkTask
from search.budget import UNLIMITED, Allowance
from search.gate_test import GateTest
from search.hypothesis import Hypothesis
from search.judgement import Judgement
from search.record import Gate
from search.source import Source
from search.spending import Spending, together, total_dollars, total_tokens
from search.value import Value
from search.verdict import Rejected
from workflows import limits, steps
from workflows.identity import session_id, work_id
from workflows.judging import Look, ask_judge
from workflows.progress import Runner
from workflows.session import SessionEnd, SessionTask, SessionWorkflow
from workflows.work import UNCLAIMED, WorkEnd, WorkWorkflow

GATES = ("build", "conformance", "correctness")
TESTS = "tests"
"""The gate of what was found on earlier candidates; without such tests there is none."""

AUTHORS_SHARE = 0.8
"""Of what a candidate may spend; its judge and its analyst have the rest, and what the author leaves."""


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
    began: datetime | None = None
    """When it began for the first time: the same text then makes the same commit again."""
    copies: int | None = None
    """An earlier candidate whose tree it judges again."""
    agent: str = "recipes"
    """Who writes it."""
    agent_network: bool = False
    allowed: Allowance = UNLIMITED
    """What its author may spend."""


class Checked(Value):
    """A candidate after its gates; `rejected` says which gate refused it and why."""

    source: Source
    gates: tuple[Gate, ...]
    seeds: tuple[int, ...]
    rejected: Rejected | None = None
    spending: tuple[Spending, ...] = ()
    """What its author and its judge cost."""
    hypothesis: Hypothesis | None = None
    """What it tests, where its author was to say so."""
    findings: tuple[GateTest, ...] = ()
    """Accepted tests that were found on it; they join the gate."""
    judgements: tuple[Judgement, ...] = ()


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
        self._session: SessionEnd | None = None
        self._work: WorkEnd | None = None
        self._looks: list[Look] = []

    @workflow.run
    async def run(self, task: CandidateTask) -> Checked:
        """Write, build, conformance, correctness, and for models a judge; an agent may answer a refusal a few times."""
        self._number = task.number
        source = await self._write(task)
        rejected = self._unwritten() or await self._examine(task, source)
        repairs = 0
        while rejected and self._may_repair(rejected, repairs):
            repairs += 1
            source = await self._repair(rejected, part=repairs)
            rejected = self._unwritten() or await self._examine(task, source)
        return self._checked(source, rejected)

    @workflow.query
    def progress(self) -> Runner:
        """The stage that runs now and the gates passed."""
        since = self._since or workflow.info().start_time
        said = self._work.hypothesis if self._work else None
        return Runner(number=self._number, claim=said.claim if said else "", stage=self._stage, since=since, gates=tuple(self._gates))

    async def _examine(self, task: CandidateTask, source: Source) -> Rejected | None:
        """Whether the same tree was judged before, then the gates in order; the first refusal."""
        if repeated := await self._compare(task, source):
            return repeated
        for name in (*GATES, *([TESTS] if self._tests(task) else [])):
            report = await self._check(name, task, source)
            if report.rejected:
                return report.rejected
        return await self._judge(task, source) if self._session else None

    async def _judge(self, task: CandidateTask, source: Source) -> Rejected | None:
        """A fresh look at a model's tree. A test that the judge wrote and the trial bore out joins the gate, and the gate decides."""
        assert task.starter is not None
        self._enter("judge")
        key = SessionKey(setting=task.setting, agent=task.agent, role="judge", number=task.number, attempt=len(self._looks) + 1)
        brief = Brief(parent=task.parent, hypothesis=task.hypothesis, source=source)
        spent = self._spending()
        allowed = task.allowed.less(tokens=total_tokens(spent), dollars=total_dollars(spent))
        look = await ask_judge(key, brief=brief, starter=task.starter, allowed=allowed)
        self._looks.append(look)
        return (await self._check(TESTS, task, source)).rejected if look.tests else None

    def _tests(self, task: CandidateTask) -> tuple[str, ...]:
        """Of the gate, and those that joined it because of this candidate."""
        return (*task.tests, *(test.name for look in self._looks for test in look.tests))

    def _spending(self) -> tuple[Spending, ...]:
        author = self._session.task.spending if self._session else ()
        return together((*author, *(one for look in self._looks for one in look.spending)))

    async def _write(self, task: CandidateTask) -> Source:
        self._enter("write")
        if task.source:
            return task.source
        when = task.began or workflow.info().start_time
        if task.copies is not None:
            return await steps.copy(CopyTask(setting=task.setting, number=task.number, copies=task.copies, when=when))
        if is_model_agent(task.agent):
            return await self._author(_opening(task), part=0)
        if is_external_agent(task.agent):
            return await self._outside(_first_work(task))
        return await steps.generate(
            GenerateTask(
                setting=task.setting,
                number=task.number,
                parent=task.parent,
                hypothesis=task.hypothesis,
                when=when,
            )
        )

    async def _repair(self, rejected: Rejected, *, part: int) -> Source:
        """The author goes on with the same conversation, or with the same tree."""
        self._enter(f"repair {part}")
        if self._work:
            return await self._outside(self._work.repair(rejected))
        assert self._session is not None
        return await self._author(self._session.task.model_copy(update={"rejected": rejected}), part=part)

    async def _author(self, task: SessionTask, *, part: int) -> Source:
        self._session = await workflow.execute_child_workflow(
            SessionWorkflow.run, task, id=session_id(task.key.setting.search, task.key.name, part)
        )
        return self._session.source

    async def _outside(self, task: WorkTask) -> Source:
        self._work = await workflow.execute_child_workflow(WorkWorkflow.run, task, id=work_id(task.setting.search, task.number))
        return self._work.source

    def _unwritten(self) -> Rejected | None:
        """Why the author handed in nothing."""
        if self._work:
            return self._work.failed
        if self._session is None or not self._session.failed:
            return None
        return Rejected(stage="generate", reason=self._session.failed)

    def _may_repair(self, rejected: Rejected, repairs: int) -> bool:
        correctable = rejected.stage in (*GATES, TESTS) or (self._work is not None and self._work.handing.correctable)
        return (self._session or self._work) is not None and correctable and repairs < limits.REPAIRS

    async def _compare(self, task: CandidateTask, source: Source) -> Rejected | None:
        if task.source or task.copies is not None:
            return None
        return (await steps.novelty(NoveltyTask(setting=task.setting, number=task.number, source=source))).rejected

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
            ExamTask(setting=task.setting, number=task.number, source=source, starter=task.starter, tests=self._tests(task), seed=seed)
        )

    def _enter(self, stage: str) -> None:
        self._stage = stage
        self._since = workflow.now()

    def _checked(self, source: Source, rejected: Rejected | None) -> Checked:
        return Checked(
            source=source,
            gates=tuple(self._gates),
            seeds=tuple(self._seeds),
            rejected=rejected,
            spending=self._spending(),
            hypothesis=self._work.hypothesis or UNCLAIMED if self._work else None,
            findings=tuple(test for look in self._looks for test in look.tests),
            judgements=tuple(look.judgement for look in self._looks),
        )


def _opening(task: CandidateTask) -> SessionTask:
    """The author's first task."""
    return SessionTask(
        key=SessionKey(setting=task.setting, agent=task.agent, role="implementer", number=task.number),
        brief=Brief(parent=task.parent, hypothesis=task.hypothesis),
        allowed=task.allowed.part(AUTHORS_SHARE),
    )


def _first_work(task: CandidateTask) -> WorkTask:
    """What an outside author is asked; what it tests is for the author to say."""
    return WorkTask(
        setting=task.setting,
        agent=task.agent,
        number=task.number,
        parent=task.parent,
        ends_by=task.allowed.ends_by,
        network=task.agent_network,
    )
