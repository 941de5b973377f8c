"""The second half of a candidate's life: measure it in pairs against the champion, and confirm the winner on other seeds and loads."""

from datetime import datetime
from itertools import chain

from temporalio import workflow

from activities.task import Setting
from search.contest import Ask, Contest
from search.measurement import Pair
from search.source import Source
from search.statistics import LookPlan
from search.value import Value
from search.verdict import Measured, Rejected
from workflows.arena import Arena
from workflows.progress import Runner


class DuelTask(Value):
    """A checked candidate and the champion that it must beat."""

    setting: Setting
    number: int
    champion: Source
    candidate: Source
    plan: LookPlan
    noise: float
    """Floor from the A/A pairs of this session, as a log-ratio."""
    deadline: datetime
    """No further look begins after this; a look or a confirmation that has begun is finished."""


class Duelled(Value):
    """What the duel found, with every pair that was measured."""

    verdict: Measured | Rejected
    pairs: tuple[Pair, ...]
    """The duel's, then those on held-out seeds, then those on canary loads."""
    confirming_pairs: int
    """How many of the last pairs came after the duel."""
    seeds: tuple[int, ...]


@workflow.defn(name="Duel")
class DuelWorkflow:
    """Decides whether a candidate is faster than the champion."""

    def __init__(self) -> None:
        """Nothing has been measured yet."""
        self._runner: Runner | None = None

    @workflow.run
    async def run(self, task: DuelTask) -> Duelled:
        """Duel in looks, confirm on held-out seeds, and beside the announced load."""
        arena = Arena(task.setting, number=task.number, champion=task.champion, candidate=task.candidate)

        async def measure(ask: Ask) -> Pair | Rejected:
            self._enter(task, ask)
            return await arena.bring(ask.load, number=ask.number)

        contest = Contest(task.plan, task.noise, measure, is_late=lambda: workflow.now() >= task.deadline)
        verdict = await contest.run()
        return Duelled(
            verdict=verdict,
            pairs=tuple(chain.from_iterable(contest.rounds)),
            confirming_pairs=sum(map(len, contest.rounds[1:])),
            seeds=tuple(arena.seeds),
        )

    @workflow.query
    def progress(self) -> Runner:
        """The stage, the pairs so far and the interval as it narrows."""
        return self._runner or Runner(number=0, claim="", stage="", since=workflow.info().start_time)

    def _enter(self, task: DuelTask, ask: Ask) -> None:
        began = self._runner.since if self._runner and self._runner.stage == ask.stage else workflow.now()
        self._runner = Runner(
            number=task.number,
            claim="",
            stage=ask.stage,
            since=began,
            log_ratios=ask.log_ratios,
            pairs_planned=ask.planned,
            interval=ask.interval,
            voids=ask.voids,
        )
