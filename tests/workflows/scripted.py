"""Scripted activities: the workflows run for real, the effects follow a script and count how often they ran."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.notify_task import NotifyTask
from activities.review_task import BreakTask
from activities.task import (
    CheckTask,
    Conclusion,
    Foundation,
    FoundTask,
    GateReport,
    GenerateTask,
    HistoriesTask,
    NoteTask,
    Novelty,
    NoveltyTask,
    PairTask,
    Plan,
    PlanTask,
    ProfileReport,
    RecordTask,
    Setting,
)
from search.composition import Composition
from search.hypothesis import Hypothesis
from search.measurement import Arm, Objectives, Pair
from search.novelty import repeated
from search.record import Gate, Record
from search.source import Source
from search.spec import Spec
from search.verdict import Rejected
from tests.made import make_arm

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def source(number: int) -> Source:
    """A source whose commit tells the candidate's number."""
    return Source(commit=f"{number:040x}", tree=f"{number:040x}")


class Script:
    """`speeds` gives each candidate's score, `refused` says which a gate refuses and why, `copies` whose tree a candidate has, and
    `shape` changes what the candidate's arm shows."""

    def __init__(
        self,
        speeds: Mapping[int, float],
        refused: Mapping[int, Rejected] | None = None,
        *,
        copies: Mapping[int, int] | None = None,
        void: Callable[[PairTask], str | None] = lambda task: None,
        shape: Callable[[PairTask, Arm], Arm] = lambda task, arm: arm,
        gate: asyncio.Event | None = None,
    ) -> None:
        self.speeds = speeds
        self.refused = refused or {}
        self.copies = copies or {}
        self.void = void
        self.shape = shape
        self.hold = gate
        self.reached = asyncio.Event()
        self.ran: Counter[str] = Counter()
        self.records: dict[int, Record] = {}
        self.promotions: dict[int, int] = {}
        self.founded: list[Spec] = []
        self.conclusions: list[Conclusion] = []
        self.broken: list[BreakTask] = []
        self.notes: dict[str, str] = {}
        self.away = False
        """Whether receivers of notices cannot be reached."""
        self.notices: list[NotifyTask] = []
        self.told = asyncio.Event()
        self.evaluator = "e" * 64

    def activities(self) -> Sequence[Callable[..., object]]:
        """For a worker that serves every queue of a test."""
        return [
            *(self.prepare, self.found, self.plan, self.generate, self.novelty, self.build, self.conformance, self.correctness),
            *(self.measure_pair, self.profile, self.record, self.conclude, self.break_off, self.note, self.export_histories, self.notify),
        ]

    @activity.defn
    async def prepare(self, setting: Setting) -> Foundation:
        """A machine that is ready."""
        self.ran["prepare"] += 1
        return Foundation(evaluator=self.evaluator, device="scripted", model_digest="m" * 64, margin=0.01)

    @activity.defn
    async def found(self, task: FoundTask) -> Source:
        """The starter."""
        self.founded.append(task.spec)
        return source(0)

    @activity.defn
    async def plan(self, task: PlanTask) -> Plan:
        """A hypothesis for each candidate that has a speed; then the space is exhausted."""
        self.ran[f"plan {task.number}"] += 1
        if task.number not in self.speeds:
            return Plan()
        hypothesis = Hypothesis(
            claim=f"candidate {task.number} is faster",
            mechanism="scripted",
            evidence="scripted",
            falsifier="scripted",
            expected_log_gain=0.1,
            composition=Composition(),
        )
        parent = max((number for number, promotion in self.promotions.items() if promotion is not None), default=0)
        return Plan(parent=parent, hypothesis=hypothesis)

    @activity.defn
    async def generate(self, task: GenerateTask) -> Source:
        """A source with the candidate's number."""
        self.ran[f"generate {task.number}"] += 1
        return Source(commit=source(task.number).commit, tree=source(self.copies.get(task.number, task.number)).tree)

    @activity.defn
    async def novelty(self, task: NoveltyTask) -> Novelty:
        """Compares with the records in memory."""
        return Novelty(rejected=repeated(tuple(self.records.values()), task.number, task.source))

    @activity.defn
    async def build(self, task: CheckTask) -> GateReport:
        """Passes unless refused."""
        return self._gate("build", task.number)

    @activity.defn
    async def conformance(self, task: CheckTask) -> GateReport:
        """Passes unless refused."""
        return self._gate("conformance", task.number)

    @activity.defn
    async def correctness(self, task: CheckTask) -> GateReport:
        """Passes unless refused."""
        return self._gate("correctness", task.number)

    @activity.defn
    async def measure_pair(self, task: PairTask) -> Pair | Rejected:
        """The scripted speeds with a little noise from the seed; waits for the test where it wants to act."""
        self.ran[f"pair {task.candidate_number}"] += 1
        if self.hold and task.candidate_number > 0:
            self.reached.set()
            await self.hold.wait()
        champion, candidate = (int(each.commit, 16) for each in (task.champion, task.candidate))
        wobble = 1 + (task.seed % 1000 - 500) / 100_000
        return Pair(
            number=task.pair,
            seed=task.seed,
            first=task.first,
            champion=make_arm(self.speeds[champion]),
            candidate=self.shape(task, make_arm(self.speeds[candidate] * wobble)),
            device="scripted",
            load=task.load,
            load_words="twice as many" if task.load == "canary" else "",
            objectives=Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.1, peak_memory_bytes=2 * 10**9),
            void=self.void(task),
        )

    @activity.defn
    async def profile(self, task: CheckTask) -> ProfileReport:
        """No profile."""
        return ProfileReport(profile=None, reason="scripted")

    @activity.defn
    async def record(self, task: RecordTask) -> Source:
        """Kept in memory."""
        self.ran[f"record {task.record.number}"] += 1
        self.records[task.record.number] = task.record
        if task.promotion is not None:
            self.promotions[task.record.number] = task.promotion
        return task.record.source

    @activity.defn
    async def note(self, task: NoteTask) -> None:
        """Kept in memory; whatever is written twice stays as it was."""
        self.notes.setdefault(task.path, task.text)

    @activity.defn
    async def export_histories(self, task: HistoriesTask) -> int:
        """Nobody reads them here."""
        return 0

    @activity.defn
    async def conclude(self, conclusion: Conclusion) -> None:
        """Kept in memory."""
        self.conclusions.append(conclusion)

    @activity.defn
    async def break_off(self, task: BreakTask) -> None:
        """Kept in memory."""
        self.broken.append(task)

    @activity.defn
    async def notify(self, task: NotifyTask) -> str:
        """Kept in memory, unless its receiver is away."""
        self.ran["notify"] += 1
        if self.away:
            raise ApplicationError("https://receiver.example cannot be reached", type="ReceiverAway")
        self.notices.append(task)
        if task.notice.occasion in ("end", "failure"):
            self.told.set()
        return "delivered"

    def _gate(self, stage: str, number: int) -> GateReport:
        self.ran[f"{stage} {number}"] += 1
        rejected = self.refused.get(number)
        rejected = rejected if rejected and rejected.stage == stage else None
        return GateReport(gate=Gate(stage=stage, passed=rejected is None, seconds=1.0, summary="scripted"), rejected=rejected)
