"""What an operator may do to a running search: one update, refused with a reason or written to the journal before it is answered."""

import asyncio
from datetime import datetime
from typing import assert_never

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.agents.assignment import is_model_agent
from activities.agents.external import is_external_agent
from activities.ledger.names import verb_path
from activities.task import NoteTask, RetryTask
from search.budget import overdrawn
from search.spec import Budget
from search.verb import Act, Amend, Order, Park, Pause, Reopen, Resume, Retry, Rollback, Steer, Stop, Verb, Widen
from workflows import steps
from workflows.acts import acted
from workflows.appeals import Back
from workflows.planning import Planned
from workflows.pursuing import Pursuing
from workflows.state import Retrying, SearchState


class Verbs(Pursuing):
    """The part of a search's workflow that obeys."""

    def __init__(self, state: SearchState) -> None:
        """Take up the state where the previous run left it."""
        super().__init__(state)
        self._planning: asyncio.Task[Planned] | None = None
        self._ends_for = ""
        self._concluding = False
        self._resting_since: datetime | None = None
        self._nudged = False
        """Whether something changed that those who wait for a candidate should see."""
        self._cut: set[int] = set()
        """Who was cut off, until it has ended."""
        self._unwritten: list[Verb] = []

    @workflow.update
    async def act(self, order: Order) -> str:
        """What came of it, for a person."""
        match order.act:
            case Rollback(number=number):
                await self._roll_back(order, number)
            case Retry(number=number):
                await self._queue_retry(order, number)
            case _:
                pass
        verb = self._enact(order)
        if self._state.starter:
            await self._write(verb)
        else:
            self._unwritten.append(verb)
        return self._answer(verb.act)

    @act.validator
    def refuse_act(self, order: Order) -> None:
        """What makes no sense now changes nothing and is not written down."""
        if refused := self._refusal(order.act):
            raise ValueError(refused)

    def _refusal(self, act: Act) -> str:
        name = self._state.spec.name
        if self._stopped_for or self._outcome or self._concluding:
            return f"the search {name} ends already"
        match act:
            case Stop():
                return ""
            case Rollback(number=number):
                return self._premature() or self._unknown(number)
            case _ if self._ends_for or self._state.reopened:
                why = self._ends_for or self._state.exhausted
                return f"the search {name} begins nothing any more ({why}): `vibeserve fork` goes on from it"
            case Pause(now=now):
                return (now and (self._premature() or self._unsettled())) or self._no_pause(now)
            case Resume():
                return "" if self._state.paused else f"the search {name} is not paused"
            case Steer():
                return self._premature()
            case Park(claim=claim):
                return self._premature() or (f"that is parked already: {claim}" if claim in self._state.parked else "")
            case Reopen(claim=claim):
                return "" if claim in self._state.parked else f"that is not parked: {claim}"
            case Retry(number=number):
                return self._premature() or self._unknown(number) or self._no_retry(number)
            case Amend(budget=budget):
                return self._premature() or self._no_amendment(budget)
            case Widen(parallel=parallel):
                return self._premature() or (f"{parallel} are in flight already" if parallel == self._state.spec.parallel else "")
            case _:
                assert_never(act)

    def _premature(self) -> str:
        if self._state.champion is None:
            return f"the search {self._state.spec.name} still checks its starter; say it again once it has a champion"
        return ""

    def _unsettled(self) -> str:
        """The noise is measured once and in one go."""
        if self._state.noise is None:
            return f"the search {self._state.spec.name} still measures the noise of its machine; it pauses after that without --now"
        return ""

    def _unknown(self, number: int) -> str:
        last = self._state.next_number - 1
        return "" if 0 <= number <= last else f"there is no candidate {number}; the last one is {last}"

    def _no_pause(self, now: bool) -> str:
        running = bool(self._tasks or self._planning)
        return f"the search {self._state.spec.name} is paused already" if self._state.paused and not (now and running) else ""

    def _no_retry(self, number: int) -> str:
        if number in self._pursuits or any(cut.flight.number == number for cut in self._state.interrupted):
            return f"candidate {number} is in flight"
        if any(due.number == number for due in self._state.retries):
            return f"candidate {number} is due to be tried again already"
        return self._state.reason_to_end(workflow.now())

    def _no_amendment(self, budget: Budget) -> str:
        if budget == self._state.spec.budget:
            return f"that is the budget already: {budget.sentence()}"
        if not is_model_agent(self._state.spec.agent) and (budget.tokens or budget.dollars):
            return f"--agent {self._state.spec.agent} asks no models: neither tokens nor dollars can be limited"
        short = overdrawn(self._state.books(), budget, now=workflow.now())
        return f"{short}: `vibeserve stop` ends the search" if short else ""

    def _enact(self, order: Order) -> Verb:
        """At once, before anything else can happen."""
        act, now = order.act, workflow.now()
        if isinstance(act, Resume):
            act = Resume(idle=now - self._resting_since if self._resting_since else Resume().idle)
        verb = Verb(number=self._state.verbs + 1, when=now, author=order.author, why=order.why, act=act)
        self._state = acted(self._state, verb)
        match act:
            case Stop():
                self._stopped_for = order.why or "stopped by hand"
                self._cut_off()
            case Pause(now=True):
                self._cut_off()
            case Resume():
                self._cutting, self._resting_since = False, None
            case _:
                pass
        self._nudged = True
        return verb

    def _cut_off(self) -> None:
        """Everybody but those who write; these end once they have written."""
        self._cutting = True
        for number, task in self._tasks.items():
            if task not in self._firm:
                self._cut.add(number)
                task.cancel()
        if self._planning:
            self._planning.cancel()

    async def _write(self, verb: Verb) -> None:
        text = verb.model_dump_json(indent=1) + "\n"
        await steps.note(NoteTask(setting=self._setting, path=verb_path(verb.number), text=text, message=_subject(verb), when=verb.when))

    async def _roll_back(self, order: Order, number: int) -> None:
        """Between two duels: nobody is measured against a champion that changes beneath it."""
        back = Back(number=number, author=order.author, why=order.why)
        self._backs.append(back)
        while not back.done:
            await workflow.wait_condition(lambda: back.done or not self._arena.locked())
            if not back.done:
                async with self._arena:
                    await self._go_back()
        if back.refused:
            raise ApplicationError(back.refused, non_retryable=True)

    async def _queue_retry(self, order: Order, number: int) -> None:
        found = await steps.find_retriable(RetryTask(setting=self._setting, number=number, standard=self._standard()))
        if found.hypothesis is None:
            raise ApplicationError(found.refused, non_retryable=True)
        if refused := self._refusal(order.act):
            raise ApplicationError(refused, non_retryable=True)
        due = Retrying(number=number, hypothesis=found.hypothesis)
        self._state = self._state.model_copy(update={"retries": (*self._state.retries, due)})

    def _answer(self, act: Act) -> str:
        name = self._state.spec.name
        match act:
            case Pause(now=now):
                rest = "what runs is cut off and begins again" if now else "what runs is finished first"
                return f"the search {name} pauses: {rest}; `vibeserve resume {name}` goes on"
            case Resume():
                return f"the search {name} goes on"
            case Stop():
                return f"the search {name} ends now"
            case Steer():
                return self._heard()
            case Rollback(number=number):
                return f"the champion is candidate {number}" if number else "the champion is the starter"
            case Park(claim=claim):
                flying = [pursuit.number for pursuit in self._pursuits.values() if pursuit.hypothesis.claim == claim]
                tested = f"; candidate {flying[0]}, which tests it, goes on" if flying else ""
                return f"nobody proposes it until it is reopened{tested}"
            case Reopen():
                return "it may be proposed again"
            case Retry(number=number):
                return f"candidate {number} is tried again, as a candidate of its own, when a place is free"
            case Amend(budget=budget):
                return f"the budget is {budget.sentence()}"
            case Widen(parallel=parallel):
                return f"{parallel} in flight from now on"
            case _:
                assert_never(act)

    def _heard(self) -> str:
        spec = self._state.spec
        if is_model_agent(spec.agent) or is_external_agent(spec.agent):
            return "the next brief tells it"
        return f"it is kept in the journal, but the policy {spec.policy} follows measurements alone and cannot read it (`park` it obeys)"


def _subject(verb: Verb) -> str:
    sentence = verb.sentence()
    return sentence[:1].upper() + sentence[1:]
