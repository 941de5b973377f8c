"""Judges the frontier again after the evaluator changed: all gates, then duels from the starter up, in the order of succession."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.review_task import Contender
from activities.task import Foundation, Setting
from search.gate_test import GateTestName
from search.lineage import Standing, climbed
from search.measurement import log_ratios
from search.review import Retrial, Review
from search.statistics import LookPlan, noise_floor
from search.value import Value
from search.verdict import Baseline, Measured
from workflows import limits
from workflows.arena import Arena
from workflows.candidate import CandidateTask, CandidateWorkflow, Checked
from workflows.duel import Duelled, DuelTask, DuelWorkflow
from workflows.own import NOISE_PAIRS
from workflows.progress import Runner
from workflows.pursuit import device_seconds


class RescoreTask(Value):
    """Who is judged again, by what, and why."""

    setting: Setting
    number: int
    """Of the review."""
    foundation: Foundation
    contenders: tuple[Contender, ...]
    """The starter first, the champions in their order, then the undecided."""
    champion: int
    tests: tuple[GateTestName, ...]
    plan: LookPlan
    author: str
    why: str


@workflow.defn(name="Rescore")
class RescoreWorkflow:
    """No figure of the old evaluator is used: everyone starts from nothing."""

    @workflow.init
    def __init__(self, task: RescoreTask) -> None:
        """Nobody has been judged again."""
        self._task = task
        self._began = workflow.now()
        self._reigning = task.contenders[0]
        self._retrials: list[Retrial] = []
        self._standing = Standing(after=0, champion=0, ratio=1.0, low=1.0, high=1.0)
        self._noise = 0.0
        self._seconds = 0.0
        self._runner = Runner(number=0, claim="", stage="rescore", since=self._began)

    @workflow.run
    async def run(self, task: RescoreTask) -> Review:
        """The starter's gates, the noise of the machine, then each contender's gates and its duel with who reigns by then."""
        await self._retry_starter(task.contenders[0])
        await self._measure_noise(task.contenders[0])
        for contender in task.contenders[1:]:
            await self._retry(contender)
        return self._review(workflow.now())

    @workflow.query
    def progress(self) -> Runner:
        """Who is judged again now."""
        return self._runner

    async def _retry_starter(self, starter: Contender) -> None:
        checked = await self._check(starter)
        if checked.rejected:
            reason = f"the starter is refused at {checked.rejected.stage}: {checked.rejected.reason}"
            raise ApplicationError(f"nothing can be judged again: {reason}", type="StarterRefused", non_retryable=True)
        self._retrials.append(Retrial(number=starter.number, crowned=True, verdict=Baseline(), gates=checked.gates))

    async def _measure_noise(self, starter: Contender) -> None:
        self._enter(starter, "noise")
        arena = Arena(self._task.setting, number=0, champion=starter.source, candidate=starter.source)
        await arena.measure_valid(NOISE_PAIRS)
        self._seconds += device_seconds((), tuple(arena.pairs))
        self._noise = noise_floor(log_ratios(arena.pairs))

    async def _retry(self, contender: Contender) -> None:
        """Refused, beaten, or crowned anew."""
        checked = await self._check(contender)
        if checked.rejected:
            self._retrials.append(
                Retrial(number=contender.number, crowned=contender.crowned, verdict=checked.rejected, gates=checked.gates)
            )
            return
        duelled = await self._duel(contender)
        retrial = Retrial(
            number=contender.number,
            crowned=contender.crowned,
            verdict=duelled.verdict,
            against=self._reigning.number,
            gates=checked.gates,
            pairs=duelled.pairs,
            confirming_pairs=duelled.confirming_pairs,
        )
        self._retrials.append(retrial)
        if isinstance(duelled.verdict, Measured) and duelled.verdict.kind == "promoted":
            self._standing = climbed(self._standing, retrial, duelled.verdict)
            self._reigning = contender

    async def _check(self, contender: Contender) -> Checked:
        self._enter(contender, "rescore: gates")
        task = self._task
        checked = await workflow.execute_child_workflow(
            CandidateWorkflow.run,
            CandidateTask(
                setting=task.setting,
                number=contender.number,
                parent=0,
                hypothesis=contender.hypothesis,
                source=contender.source,
                starter=task.contenders[0].source,
                tests=task.tests,
            ),
            id=self._child("candidate", contender),
        )
        self._seconds += device_seconds(checked.gates, ())
        return checked

    async def _duel(self, contender: Contender) -> Duelled:
        self._enter(contender, "rescore: duel")
        duelled = await workflow.execute_child_workflow(
            DuelWorkflow.run,
            DuelTask(
                setting=self._task.setting,
                number=contender.number,
                champion=self._reigning.source,
                candidate=contender.source,
                plan=self._task.plan,
                noise=self._noise,
                deadline=self._began + limits.REVIEW,
            ),
            id=self._child("duel", contender),
        )
        self._seconds += device_seconds((), duelled.pairs)
        return duelled

    def _review(self, now: datetime) -> Review:
        task, standing = self._task, self._standing
        return Review(
            number=task.number,
            kind="rescore",
            why=task.why,
            author=task.author,
            standard=task.foundation.standard(),
            tests=task.tests,
            retrials=tuple(self._retrials),
            champion_before=task.champion,
            champion=self._reigning.number,
            ratio=standing.ratio,
            low=standing.low,
            high=standing.high,
            noise=self._noise,
            started=self._began,
            ended=now,
            device_seconds=self._seconds,
        )

    def _child(self, kind: str, contender: Contender) -> str:
        return f"{workflow.info().workflow_id}/{kind}/{contender.number}"

    def _enter(self, contender: Contender, stage: str) -> None:
        self._runner = Runner(number=contender.number, claim=contender.hypothesis.claim, stage=stage, since=workflow.now())
