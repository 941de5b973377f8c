"""What a search does about verdicts that stand: tests join the gate, the evaluator changes, and who was promoted is judged again."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from temporalio import workflow

from activities.evaluation.gate_test import Trial
from activities.review_task import KeepTask, Offer, ReviewTask, Wish
from activities.task import RollbackTask
from search.gate_test import GateTest
from search.standard import Standard
from workflows import steps
from workflows.court import judge_again
from workflows.own import Own
from workflows.state import Ask, Champion, Outcome, SearchState
from workflows.trials import try_test

REVIEW = -1
"""In place of a candidate's number, among what runs."""


@dataclass
class Back:
    """An earlier champion that is to reign again."""

    number: int
    author: str
    why: str
    done: bool = False
    refused: str = ""


class Appeals:
    """The part of a search's workflow that looks back; `SearchWorkflow` is the part that goes on."""

    def __init__(self, state: SearchState) -> None:
        """Take up the state where the previous run left it."""
        self._state = state
        self._setting = state.setting()
        self._own = Own()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._arena = asyncio.Lock()
        self._stopped_for = ""
        self._offered: set[str] = set()
        self._outcome: Outcome | None = None
        self._backs: list[Back] = []
        """Rollbacks that wait for the end of a duel."""
        self._cutting = False
        """Whether what runs is being cut off."""
        self._firm: set[asyncio.Task[object] | None] = set()
        """Those in the middle of writing, which are not cut off there."""

    @workflow.update
    async def rescore(self, wish: Wish) -> str:
        """The frontier is judged again by the evaluator of today."""
        self._state = self._state.asks(Ask(kind="rescore", author=wish.author, why=wish.why))
        return f"the frontier of the search {self._state.spec.name} is judged again next"

    @rescore.validator
    def refuse_rescore(self, wish: Wish) -> None:
        """Only a search with a champion has a frontier."""
        self._refuse_unless_judging()

    @workflow.update
    async def add_test(self, offer: Offer) -> Trial:
        """A test joins the gate when it fails on the accused and passes on the starter, with every seed."""
        self._offered.add(offer.test.name)
        assert self._state.starter is not None
        try:
            trial = await try_test(self._setting, offer.test, accused=offer.accused, starter=self._state.starter)
            if trial.accepted:
                await self._join(offer.test)
        finally:
            self._offered.discard(offer.test.name)
        return trial

    @add_test.validator
    def refuse_test(self, offer: Offer) -> None:
        """Each test has a name of its own, and someone to accuse."""
        self._refuse_unless_judging()
        if offer.test.name in (*self._state.tests, *self._offered):
            raise ValueError(f"the gate of the search {self._state.spec.name} has a test named {offer.test.name} already")
        if offer.test.accused == 0:
            raise ValueError("the starter decides what a test may ask, so that no test can accuse it")

    def _refuse_unless_judging(self) -> None:
        name = self._state.spec.name
        if self._stopped_for or self._outcome:
            raise ValueError(f"the search {name} ends just now; say it again in a moment")
        if self._state.champion is None:
            raise ValueError(f"the search {name} still checks its starter; say it again once it has a champion")

    async def _renew_foundation(self) -> None:
        """Where the judging code, the device or the model changed, everyone who stands is due to prove it again."""
        foundation = await steps.prepare(self._setting)
        self._state = self._state.refounded(foundation, workflow.now())

    def _begin_review(self) -> None:
        """Beside candidates that are being written, in one of their slots."""
        if self._state.asked and not self._stopped_for and REVIEW not in self._tasks:
            self._tasks[REVIEW] = asyncio.create_task(self._review_alone())

    async def _review_alone(self) -> None:
        async with self._arena:
            await self._review()

    async def _review(self) -> None:
        """Judge again until nothing is due; the arena is held, so that no champion changes beneath a duel."""
        while self._state.asked:
            ask = self._state.asked[0]
            self._own.begin(self._state.reviews + 1, "review", ask.why)
            try:
                judged = await judge_again(self._state, ask)
            finally:
                self._own.end()
            with self._firmly():
                await steps.review(ReviewTask(setting=self._setting, review=judged.review, promotions=self._state.promotions))
                self._state = self._state.reviewed(judged.review, judged.champion)
            self._go_on()

    async def _go_back(self) -> None:
        """Do what rollbacks are due; the arena is held."""
        while self._backs:
            back = self._backs[0]
            with self._firmly():
                done = await steps.roll_back(
                    RollbackTask(
                        setting=self._setting,
                        number=back.number,
                        review=self._state.reviews + 1,
                        promotions=self._state.promotions,
                        standard=self._standard(),
                        author=back.author,
                        why=back.why,
                        when=workflow.now(),
                    )
                )
                if done.review and done.source:
                    champion = Champion(number=back.number, source=done.source, claim=done.claim)
                    self._state = self._state.reviewed(done.review, champion)
                self._backs.remove(back)
                back.done, back.refused = True, done.refused
            self._go_on()

    async def _join(self, test: GateTest) -> None:
        """Let an accepted test join the gate; of one name there is one."""
        if test.name in self._state.tests:
            return
        with self._firmly():
            await steps.keep_test(KeepTask(setting=self._setting, test=test, when=workflow.now()))
            self._state = self._state.joined(test)

    @contextmanager
    def _firmly(self) -> Generator[None]:
        """What is written to the ledger and what is remembered of it stay together: nobody is cut off between the two."""
        steps.heed()
        writing = asyncio.current_task()
        self._firm.add(writing)
        try:
            yield
        finally:
            self._firm.discard(writing)

    def _go_on(self) -> None:
        """Whoever was not cut off because it was writing ends here."""
        if self._cutting and asyncio.current_task() in self._tasks.values():
            raise asyncio.CancelledError

    def _standard(self) -> Standard:
        assert self._state.foundation is not None
        return self._state.foundation.standard()

    def _champion(self) -> Champion:
        assert self._state.champion is not None
        return self._state.champion
