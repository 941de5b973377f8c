"""A duel from its first pair to its verdict, whoever measures: looks until one decides, then held-out seeds, then a canary load."""

from collections.abc import Awaitable, Callable
from typing import Literal

from search.canary import canary_ratio, canary_standing
from search.measurement import Load, Pair, is_too_noisy, log_ratios, voids
from search.objective import broken_objective
from search.screening import screen
from search.statistics import Decision, LookPlan, conclude, confirm, confirming_pairs, look, settle
from search.value import Value
from search.verdict import Interval, Measured, Rejected

NOISY = "noisy machine: too many pairs were void"
LATE = "the search's time was over before the duel could decide"
FIRST_PAIR = 1

Stage = Literal["screen", "duel", "confirm", "canary"]


class Ask(Value):
    """The next pair, its seed and order being for the asked to draw."""

    stage: Stage
    load: Load
    number: int
    """Within its round, from 1; void pairs are counted."""
    planned: int
    """Valid pairs of its round after which it is looked at."""
    log_ratios: tuple[float, ...]
    """Of the valid pairs of its round so far."""
    interval: Interval | None
    """As it has narrowed; None before the second valid pair."""
    voids: tuple[str, ...]
    """Why pairs of its round counted for nothing."""


Measure = Callable[[Ask], Awaitable[Pair | Rejected]]
"""Brings a pair, valid or void; a refusal where the candidate itself failed in it."""


class Contest:
    """One duel; `noise` is the session's floor as a log-ratio, and no look beyond the first begins once `is_late` says so."""

    def __init__(self, plan: LookPlan, noise: float, measure: Measure, *, is_late: Callable[[], bool]) -> None:
        """No pair is measured yet."""
        self._plan = plan
        self._noise = noise
        self._measure = measure
        self._is_late = is_late
        self.rounds: list[list[Pair]] = []
        """The duel's pairs, then those on held-out seeds, then those on canary loads."""

    async def run(self) -> Measured | Rejected:
        """The first valid pair screens the hopeless out, a look decides, and a win must hold elsewhere."""
        pairs = self._begin()
        rejected = await self._fill(pairs, stage="screen", planned=FIRST_PAIR) or _hopeless(pairs)
        if rejected:
            return rejected
        for planned in self._plan.looks:
            if planned != self._plan.looks[0] and self._is_late():
                return self._unfinished(pairs, LATE)
            if rejected := await self._fill(pairs, stage="duel", planned=planned):
                return rejected
            if len(log_ratios(pairs)) < planned:
                return self._unfinished(pairs, NOISY)
            decision = look(log_ratios(pairs), self._plan, self._noise)
            if decision.outcome == "better":
                return await self._confirm(decision)
            if decision.outcome != "continue":
                return conclude(decision)
        raise AssertionError("the last look always decides")

    async def _confirm(self, won: Decision) -> Measured | Rejected:
        """On held-out seeds; neither there nor in the duel may the win be bought with the tail or with memory."""
        if bought := broken_objective(self.rounds[0]):
            return conclude(won.model_copy(update={"outcome": "not_better", "reason": f"{won.ratio:.3f}x, but {bought}"}))
        pairs, planned = self._begin(), confirming_pairs(won)
        if rejected := await self._fill(pairs, stage="confirm", planned=planned):
            return rejected
        if len(log_ratios(pairs)) < planned:
            return conclude(won.model_copy(update={"outcome": "undecided", "reason": NOISY}))
        confirmation = confirm(won, log_ratios(pairs), self._plan, self._noise)
        measured = conclude(won, confirmation)
        if bought := broken_objective(pairs):
            return measured.model_copy(update={"kind": "not_better", "reason": f"on held-out seeds {bought}"})
        return await self._beside(measured) if confirmation.holds else measured

    async def _beside(self, won: Measured) -> Measured | Rejected:
        """On canary loads: one pair that shows no loss is enough, else three decide."""
        pairs, standing = self._begin(), canary_standing((), self._noise)
        while standing == "continue":
            planned = len(log_ratios(pairs)) + 1
            if rejected := await self._fill(pairs, stage="canary", planned=planned):
                return rejected
            if len(log_ratios(pairs)) < planned:
                return won.model_copy(update={"kind": "undecided", "reason": f"{won.reason}; on the canary load: {NOISY}"})
            standing = canary_standing(log_ratios(pairs), self._noise)
        ratio, words = canary_ratio(log_ratios(pairs)), pairs[-1].load_words
        told = f"{won.reason}, and {ratio:.3f}x beside the announced load ({words})"
        kind = won.kind if standing == "holds" else "not_better"
        return won.model_copy(update={"kind": kind, "canary_ratio": ratio, "reason": told})

    async def _fill(self, pairs: list[Pair], *, stage: Stage, planned: int) -> Rejected | None:
        """Valid pairs until there are as many as planned or the machine spoils too many."""
        while len(log_ratios(pairs)) < planned and not is_too_noisy(pairs):
            answer = await self._measure(self._ask(pairs, stage, planned))
            if isinstance(answer, Rejected):
                return answer
            pairs.append(answer)
        return None

    def _ask(self, pairs: list[Pair], stage: Stage, planned: int) -> Ask:
        ratios = log_ratios(pairs)
        return Ask(
            stage=stage,
            load="canary" if stage == "canary" else "announced",
            number=len(pairs) + 1,
            planned=planned,
            log_ratios=tuple(ratios),
            interval=look(ratios, self._plan, self._noise).interval if len(ratios) > 1 else None,
            voids=voids(pairs),
        )

    def _begin(self) -> list[Pair]:
        pairs: list[Pair] = []
        self.rounds.append(pairs)
        return pairs

    def _unfinished(self, pairs: list[Pair], reason: str) -> Measured:
        """The verdict of a duel that could not go to its next look."""
        ratios = log_ratios(pairs)
        if len(ratios) < 2:
            unknown = Interval(low=0.0, high=1e9, level=0.0)
            return Measured(kind="undecided", ratio=1.0, interval=unknown, pairs=len(ratios), reason=reason)
        return conclude(settle(ratios, self._plan, self._noise, reason=reason))


def _hopeless(pairs: list[Pair]) -> Rejected | None:
    """Whether the first valid pair ends the duel already."""
    return next((screen(pair) for pair in pairs if pair.void is None), None)
