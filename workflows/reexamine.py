"""Runs the gate's tests over everyone who was promoted before they joined it; who fails is demoted."""

from datetime import datetime

from temporalio import workflow

from activities.review_task import Contender
from activities.task import Foundation, Setting
from search.gate_test import GateTestName
from search.measurement import log_ratios
from search.review import Retrial, Review
from search.statistics import interval, median_ratio
from search.value import Value
from search.verdict import Interval
from workflows.arena import Arena
from workflows.progress import Runner
from workflows.pursuit import device_seconds
from workflows.trials import examine

DIRECT_PAIRS = 3
LEVEL = 0.95
NOTHING_PROVEN = Interval(low=1.0, high=1.0, level=0.0)


class ReexamineTask(Value):
    """Who is examined, by which tests, and where the champion stands."""

    setting: Setting
    number: int
    """Of the review."""
    foundation: Foundation
    contenders: tuple[Contender, ...]
    """The starter first, then the champions in their order."""
    champion: int
    ratio: float
    """The champion against the starter, as it is known."""
    low: float
    high: float
    tests: tuple[GateTestName, ...]
    author: str
    why: str


@workflow.defn(name="Reexamine")
class ReexamineWorkflow:
    """A test speaks against a candidate only; it never makes one faster, so nobody duels here."""

    @workflow.init
    def __init__(self, task: ReexamineTask) -> None:
        """Nobody has been examined."""
        self._task = task
        self._began = workflow.now()
        self._retrials: list[Retrial] = []
        self._arena: Arena | None = None
        self._runner = Runner(number=0, claim="", stage="tests", since=self._began)

    @workflow.run
    async def run(self, task: ReexamineTask) -> Review:
        """The tests on every champion; then the newest that survives meets the starter where somebody fell."""
        for contender in task.contenders[1:]:
            await self._examine(contender)
        fallen = {retrial.number for retrial in self._retrials if retrial.demoted}
        champion = [contender for contender in task.contenders if contender.number not in fallen][-1]
        if fallen and champion.number:
            await self._measure(champion)
        return self._review(champion, fallen=bool(fallen), now=workflow.now())

    @workflow.query
    def progress(self) -> Runner:
        """Who is examined now."""
        return self._runner

    async def _examine(self, contender: Contender) -> None:
        self._enter(contender, "tests")
        task = self._task
        report = await examine(task.setting, contender.number, contender.source, starter=task.contenders[0].source, tests=task.tests)
        retrial = Retrial(number=contender.number, crowned=contender.crowned, verdict=report.rejected, gates=(report.gate,))
        self._retrials.append(retrial)

    async def _measure(self, champion: Contender) -> None:
        """Directly: the chain of duels that led to it is broken."""
        self._enter(champion, "final")
        starter = self._task.contenders[0].source
        self._arena = Arena(self._task.setting, number=champion.number, champion=starter, candidate=champion.source)
        await self._arena.measure_valid(DIRECT_PAIRS)

    def _review(self, champion: Contender, *, fallen: bool, now: datetime) -> Review:
        task, pairs = self._task, tuple(self._arena.pairs) if self._arena else ()
        ratio, bounds = self._figures(fallen=fallen)
        return Review(
            number=task.number,
            kind="tests",
            why=task.why,
            author=task.author,
            standard=task.foundation.standard(),
            tests=task.tests,
            retrials=tuple(self._retrials),
            champion_before=task.champion,
            champion=champion.number,
            ratio=ratio,
            low=bounds.low,
            high=bounds.high,
            pairs=pairs,
            started=self._began,
            ended=now,
            device_seconds=device_seconds(tuple(gate for retrial in self._retrials for gate in retrial.gates), pairs),
        )

    def _figures(self, *, fallen: bool) -> tuple[float, Interval]:
        """Of the champion against the starter: as before where nobody fell, else as measured now."""
        if not fallen:
            return self._task.ratio, Interval(low=self._task.low, high=self._task.high, level=LEVEL)
        ratios = log_ratios(self._arena.pairs) if self._arena else []
        return (median_ratio(ratios), interval(ratios, LEVEL)) if len(ratios) > 1 else (1.0, NOTHING_PROVEN)

    def _enter(self, contender: Contender, stage: str) -> None:
        self._runner = Runner(number=contender.number, claim=contender.hypothesis.claim, stage=stage, since=workflow.now())
