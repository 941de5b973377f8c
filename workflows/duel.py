"""The second half of a candidate's life: measure it in pairs against the champion, and confirm the winner on other seeds and loads."""

from datetime import datetime

from temporalio import workflow

from activities.task import Setting
from search.canary import canary_ratio, canary_standing
from search.measurement import Load, Pair
from search.objective import broken_objective
from search.screening import screen
from search.source import Source
from search.statistics import Decision, LookPlan, conclude, confirm, confirming_pairs, look, settle
from search.value import Value
from search.verdict import Interval, Measured, Rejected
from workflows.arena import Arena
from workflows.progress import Runner

NOISY = "noisy machine: too many pairs were void"


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
        self._arenas: list[Arena] = []

    @workflow.run
    async def run(self, task: DuelTask) -> Duelled:
        """Duel in looks, confirm on held-out seeds, and beside the announced load."""
        verdict = await self._fight(task)
        return Duelled(
            verdict=verdict,
            pairs=tuple(pair for arena in self._arenas for pair in arena.pairs),
            confirming_pairs=sum(len(arena.pairs) for arena in self._arenas[1:]),
            seeds=tuple(seed for arena in self._arenas for seed in arena.seeds),
        )

    @workflow.query
    def progress(self) -> Runner:
        """The stage, the pairs so far and the interval as it narrows."""
        return self._runner or Runner(number=0, claim="", stage="", since=workflow.info().start_time)

    async def _fight(self, task: DuelTask) -> Measured | Rejected:
        """Looks until one decides; the first valid pair screens the hopeless out, and a win must hold elsewhere."""
        arena = self._open(task)
        rejected = await self._measure(task, arena, stage="screen", pairs=1) or _hopeless(arena)
        if rejected:
            return rejected
        for pairs in task.plan.looks:
            if pairs != task.plan.looks[0] and workflow.now() >= task.deadline:
                return _unfinished(arena, task, "the search's time was over before the duel could decide")
            rejected = await self._measure(task, arena, stage="duel", pairs=pairs)
            if rejected:
                return rejected
            if len(arena.log_ratios()) < pairs:
                return _unfinished(arena, task, NOISY)
            decision = look(arena.log_ratios(), task.plan, task.noise)
            if decision.outcome == "better":
                return await self._confirm(task, decision)
            if decision.outcome != "continue":
                return conclude(decision)
        raise AssertionError("the last look always decides")

    async def _confirm(self, task: DuelTask, won: Decision) -> Measured | Rejected:
        """On held-out seeds; neither there nor in the duel may the win be bought with the tail or with memory."""
        bought = broken_objective(self._arenas[0].pairs)
        if bought:
            return _lost(won, bought)
        arena = self._open(task)
        rejected = await self._measure(task, arena, stage="confirm", pairs=confirming_pairs(won))
        if rejected:
            return rejected
        if len(arena.log_ratios()) < confirming_pairs(won):
            return conclude(won.model_copy(update={"outcome": "undecided", "reason": NOISY}))
        bought = broken_objective(arena.pairs)
        confirmation = confirm(won, arena.log_ratios(), task.plan, task.noise)
        measured = conclude(won, confirmation)
        if bought:
            return measured.model_copy(update={"kind": "not_better", "reason": f"on held-out seeds {bought}"})
        return await self._beside(task, measured) if confirmation.holds else measured

    async def _beside(self, task: DuelTask, won: Measured) -> Measured | Rejected:
        """On canary loads: one pair that shows no loss is enough, else three decide."""
        arena, standing = self._open(task), canary_standing((), task.noise)
        while standing == "continue":
            ratios = arena.log_ratios()
            rejected = await self._measure(task, arena, stage="canary", pairs=len(ratios) + 1, load="canary")
            if rejected:
                return rejected
            if len(arena.log_ratios()) == len(ratios):
                return won.model_copy(update={"kind": "undecided", "reason": f"{won.reason}; on the canary load: {NOISY}"})
            standing = canary_standing(arena.log_ratios(), task.noise)
        ratio, words = canary_ratio(arena.log_ratios()), arena.pairs[-1].load_words
        told = f"{won.reason}, and {ratio:.3f}x beside the announced load ({words})"
        kind = won.kind if standing == "holds" else "not_better"
        return won.model_copy(update={"kind": kind, "canary_ratio": ratio, "reason": told})

    async def _measure(self, task: DuelTask, arena: Arena, *, stage: str, pairs: int, load: Load = "announced") -> Rejected | None:
        """Valid pairs until there are as many as wanted or the machine spoils too many."""
        while len(arena.log_ratios()) < pairs and not arena.too_noisy:
            self._enter(task, stage, arena=arena, planned=pairs)
            rejected = await arena.measure(load)
            if rejected:
                return rejected
        return None

    def _open(self, task: DuelTask) -> Arena:
        arena = _arena(task)
        self._arenas.append(arena)
        return arena

    def _enter(self, task: DuelTask, stage: str, *, arena: Arena | None = None, planned: int = 0) -> None:
        same = self._runner is not None and self._runner.stage == stage
        ratios = arena.log_ratios() if arena else []
        self._runner = Runner(
            number=task.number,
            claim="",
            stage=stage,
            since=self._runner.since if same and self._runner else workflow.now(),
            log_ratios=tuple(ratios),
            pairs_planned=planned,
            interval=look(ratios, task.plan, task.noise).interval if len(ratios) > 1 else None,
        )


def _arena(task: DuelTask) -> Arena:
    return Arena(task.setting, number=task.number, champion=task.champion, candidate=task.candidate)


def _hopeless(arena: Arena) -> Rejected | None:
    """Whether the first valid pair ends the duel already."""
    return next((screen(pair) for pair in arena.pairs if pair.void is None), None)


def _lost(won: Decision, bought: str) -> Measured:
    """A win that was bought is none."""
    reason = f"{won.ratio:.3f}x, but {bought}"
    return conclude(won.model_copy(update={"outcome": "not_better", "reason": reason}))


def _unfinished(arena: Arena, task: DuelTask, reason: str) -> Measured:
    """The verdict of a duel that could not go to its next look."""
    ratios = arena.log_ratios()
    if len(ratios) < 2:
        return Measured(kind="undecided", ratio=1.0, interval=Interval(low=0.0, high=1e9, level=0.0), pairs=len(ratios), reason=reason)
    return conclude(settle(ratios, task.plan, task.noise, reason=reason))
