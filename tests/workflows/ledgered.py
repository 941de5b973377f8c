"""Scripted authors, gates and measurements over a real ledger: what is written there is what a search would write."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from temporalio import activity

from activities.conclude import Concluder
from activities.found import Founder
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.note import Noter
from activities.record import Recorder
from activities.retry import Retrier
from activities.review import Reviewer
from activities.roll_back import Reverser
from activities.task import CheckTask, CopyTask, FoundTask, GateReport, GenerateTask, Novelty, NoveltyTask, PairTask
from search.measurement import Pair
from search.novelty import repeated
from search.source import Source
from search.verdict import Rejected
from tests.workflows.judging import Judging
from tests.workflows.scripted import source


class Ledgered(Judging):
    """A candidate's speed goes with its number; `hold` lets a measurement go on, beginning with that of candidate `held`."""

    def __init__(self, ledger: Ledger, speeds: Mapping[int, float], refused: Mapping[int, Rejected] | None = None, held: int = 1) -> None:
        super().__init__(speeds, refused=refused)
        self.ledger = ledger
        self.held = held
        self.numbers: dict[str, int] = {}
        self.go_on = asyncio.Event()
        self.reports: dict[int, asyncio.Event] = {}

    def activities(self) -> Sequence[Callable[..., object]]:
        """All of a search."""
        ledger = self.ledger
        recorder, reviewer, concluder, retrier = Recorder(ledger), Reviewer(ledger), Concluder(ledger), Retrier(ledger)
        return [
            *(self.prepare, self.found, self.plan, self.generate, self.novelty, self.build, self.conformance, self.correctness),
            *(self.measure_pair, self.profile, self.examine, self.try_test, self.copy),
            *(recorder.record, reviewer.keep_test, reviewer.frontier, reviewer.champions, reviewer.review),
            *(concluder.conclude, concluder.break_off, Noter(ledger).note, self.export_histories, retrier.find, Reverser(ledger).roll_back),
        ]

    @activity.defn
    async def found(self, task: FoundTask) -> Source:
        """As it really is."""
        return self._known(Founder(self.ledger).found(task), 0)

    @activity.defn
    async def generate(self, task: GenerateTask) -> Source:
        """A file that tells the number."""
        self.ran[f"generate {task.number}"] += 1
        parent = next(record.source for record in self.ledger.records(task.setting.search) if record.number == task.parent)
        branch, files = candidate_branch(task.setting.search, task.number), {"serve.py": f"# candidate {task.number}\n"}
        made = self.ledger.commit_files(branch, parent=parent.commit, files=files, message=f"Candidate {task.number}", when=task.when)
        return self._known(made, task.number)

    @activity.defn
    async def copy(self, task: CopyTask) -> Source:
        """As it really is."""
        return self._known(Retrier(self.ledger).copy(task), task.number)

    @activity.defn
    async def novelty(self, task: NoveltyTask) -> Novelty:
        """Compares with the journal."""
        return Novelty(rejected=repeated(self.ledger.records(task.setting.search), task.number, task.source))

    @activity.defn
    async def correctness(self, task: CheckTask) -> GateReport:
        """As scripted."""
        self.reports.setdefault(task.number, asyncio.Event()).set()
        return await super().correctness(task)

    async def checked(self, number: int) -> None:
        """Until that candidate's answers were looked at."""
        async with asyncio.timeout(20):
            await self.reports.setdefault(number, asyncio.Event()).wait()

    @activity.defn
    async def measure_pair(self, task: PairTask) -> Pair | Rejected:
        """By the scripted speeds."""
        if task.candidate_number == self.held and not self.go_on.is_set():
            self.reached.set()
            await self.go_on.wait()
        numbered = {name: source(self.numbers[getattr(task, name).commit]) for name in ("champion", "candidate")}
        return await super().measure_pair(task.model_copy(update=numbered))

    def _known(self, made: Source, number: int) -> Source:
        self.numbers[made.commit] = number
        return made
