"""Scripted activities of a search whose candidates are judged again; what is recorded is read back as a ledger would give it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from temporalio import activity

from activities.evaluation.gate_test import Trial
from activities.review_task import Contender, ExamTask, Frontier, FrontierTask, KeepTask, ReviewTask, TrialTask
from activities.task import CheckTask, GateReport
from search.gate_test import GateTest
from search.lineage import is_crowned
from search.record import Gate, Record
from search.review import Review
from search.succession import frontier, succession
from search.verdict import Rejected
from tests.workflows.scripted import Script

CACHES = GateTest(name="asks_twice", program="raise SystemExit(1)\n", author="a judge", why="it caches answers", accused=1)


class Judging(Script):
    """`cheats` names, for each test, the candidates that fail it."""

    def __init__(self, speeds: Mapping[int, float], *, cheats: Mapping[str, Sequence[int]] | None = None, **more: object) -> None:
        super().__init__(speeds, **more)  # type: ignore[arg-type]
        self.cheats = cheats or {}
        self.kept: list[GateTest] = []
        self.trials: list[TrialTask] = []
        self.reviews: list[Review] = []
        self.waiting: tuple[int, asyncio.Event] = (-1, asyncio.Event())
        self.promotions_before: list[int] = []

    def wait_for(self, number: int, hold: asyncio.Event) -> None:
        """Hold that candidate before its correctness is told, and say when it is there."""
        self.waiting = (number, hold)

    @activity.defn
    async def correctness(self, task: CheckTask) -> GateReport:
        """As scripted, once the test lets go."""
        number, hold = self.waiting
        if task.number == number:
            self.reached.set()
            await hold.wait()
        return self._gate("correctness", task.number)

    def activities(self) -> Sequence[Callable[..., object]]:
        """All of a search, and those of reviews."""
        return [*super().activities(), self.examine, self.try_test, self.keep_test, self.frontier, self.champions, self.review]

    @activity.defn
    async def examine(self, task: ExamTask) -> GateReport:
        """Refuses those that the script calls cheats."""
        self.ran[f"tests {task.number}"] += 1
        failed = [name for name in task.tests if task.number in self.cheats.get(name, ())]
        rejected = Rejected(stage="tests", reason=f"{failed[0]}: scripted") if failed else None
        return GateReport(gate=Gate(stage="tests", passed=not failed, seconds=1.0, summary="scripted", seed=task.seed), rejected=rejected)

    @activity.defn
    async def try_test(self, task: TrialTask) -> Trial:
        """A finding where the script calls the accused a cheat."""
        self.trials.append(task)
        accepted = int(task.accused.commit, 16) in self.cheats.get(task.test.name, ())
        return Trial(accepted=accepted, reason="scripted")

    @activity.defn
    async def keep_test(self, task: KeepTask) -> None:
        """Kept in memory."""
        self.kept.append(task.test)

    @activity.defn
    async def frontier(self, task: FrontierTask) -> Frontier:
        """Of what was recorded."""
        return _told(frontier(tuple(self.records.values()), self.reviews))

    @activity.defn
    async def champions(self, task: FrontierTask) -> Frontier:
        """Of what was recorded."""
        return _told(succession(tuple(self.records.values()), self.reviews))

    @activity.defn
    async def review(self, task: ReviewTask) -> None:
        """Kept in memory."""
        self.reviews.append(task.review)
        self.promotions_before.append(task.promotions)


def _told(records: Sequence[Record]) -> Frontier:
    contenders = (Contender(number=one.number, source=one.source, hypothesis=one.hypothesis, crowned=is_crowned(one)) for one in records)
    return Frontier(contenders=tuple(contenders))
