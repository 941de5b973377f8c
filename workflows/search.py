"""The outer loop: founds a search, keeps candidates in flight, promotes winners, and ends in order."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ChildWorkflowError, FailureError

from activities.agents.assignment import is_model_agent
from activities.agents.external import is_external_agent
from activities.review_task import BreakTask
from activities.task import Conclusion, FoundTask, Plan, PlanTask
from search.budget import Allowance, allowance, left
from search.composition import Composition
from search.hypothesis import Hypothesis
from search.spending import Spending
from workflows import limits, steps
from workflows.arena import Arena
from workflows.baseline import begin_baseline
from workflows.ending import conclusion_of, last_words
from workflows.planning import ask_planner
from workflows.progress import Progress
from workflows.pursuing import Pursuing
from workflows.pursuit import Pursuit
from workflows.state import Outcome, SearchState
from workflows.work import UNSAID

STARTER = Hypothesis(
    claim="The starter is right and serves the whole contract.",
    mechanism="It is written plainly over the reference implementation.",
    evidence="None yet: it is what the search begins from.",
    falsifier="A gate refuses it.",
    expected_log_gain=0.0,
    composition=Composition(),
)
FINAL_PAIRS = 3


@workflow.defn(name="Search")
class SearchWorkflow(Pursuing):
    """One search from its foundation to its conclusion."""

    @workflow.init
    def __init__(self, state: SearchState) -> None:
        """Take up the state where the previous run left it."""
        super().__init__(state)
        self._phase = "preparing the machine"
        self._planning: asyncio.Task[tuple[Plan, tuple[Spending, ...]]] | None = None
        self._ends_for = ""

    @workflow.run
    async def run(self, state: SearchState) -> Outcome:
        """Found, search until a budget ends, judge again what is due, conclude, and let the baseline follow."""
        try:
            await self._found()
            await self._search()
            await self._finish()
            outcome = await self._conclude()
        except FailureError as failure:
            await self._break_off(failure)
            raise
        if not self._stopped_for and not self._state.reopened:
            await begin_baseline(self._state.spec)
        return outcome

    @workflow.query
    def progress(self) -> Progress:
        """The search at this moment; its children tell more about themselves."""
        runners = (*self._own.runners(), *(pursuit.runner() for pursuit in self._pursuits.values()))
        outcome = self._outcome.sentence() if self._outcome else ""
        return self._state.progress(workflow.now(), phase=self._phase, runners=runners, outcome=outcome)

    @workflow.update
    async def stop(self, reason: str) -> str:
        """End in order: what runs is cancelled, what is finished stays."""
        self._stopped_for = reason
        self._state = self._state.told(workflow.now(), f"stopped by the operator: {reason}")
        for task in (*self._tasks.values(), *([self._planning] if self._planning else [])):
            task.cancel()
        return f"the search {self._state.spec.name} ends now"

    @stop.validator
    def refuse_second_stop(self, reason: str) -> None:
        """A search is stopped once."""
        if self._stopped_for or self._outcome:
            raise ValueError(f"the search {self._state.spec.name} ends already")

    async def _found(self) -> None:
        """Make the machine ready, put the starter through its gates, and learn how noisy the machine is."""
        if self._state.champion:
            await self._renew_foundation()
            return
        started = workflow.info().start_time
        self._state = self._state.opened(started)
        self._own.begin(0, "prepare", "the model, the reference's margin and the peaks of the machine")
        foundation = await steps.prepare(self._setting)
        self._own.end()
        starter = await steps.found(FoundTask(spec=self._state.spec, foundation=foundation, when=started))
        self._state = self._state.model_copy(update={"foundation": foundation, "starter": starter})
        self._phase = "checking the starter"
        await self._pursue(Pursuit(0, None, STARTER, workflow.now()))
        if not self._state.champion:
            raise ApplicationError(
                f"there is nothing to begin from: {self._state.events[-1].text}", type="StarterRefused", non_retryable=True
            )
        self._phase = "measuring the noise of the machine"
        noise = 0.0 if self._stopped_for else await self._own.noise(self._setting, starter)
        self._state = self._state.model_copy(update={"noise": noise})

    async def _search(self) -> None:
        """Candidates, and reviews where they are due, until no further candidate may begin."""
        self._phase = "searching"
        while not self._ends_for:
            self._begin_review()
            await self._fill_slots()
            await self._one_settles()
            if workflow.info().get_current_history_length() > limits.DRAIN_EVENTS:
                await self._renew()
            self._ends_for = self._reason_to_end()

    async def _finish(self) -> None:
        """What runs, what somebody still asks for, and what is due because the machine judges otherwise by now."""
        await self._drain()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._stopped_for:
            await self._renew_foundation()
        while self._state.asked and not self._stopped_for:
            self._begin_review()
            await self._drain()

    async def _break_off(self, failure: FailureError) -> None:
        """Leave word in the ledger, where there is one."""
        if self._state.starter:
            reason = last_words(failure)
            await steps.break_off(BreakTask(setting=self._setting, reason=reason, when=workflow.now()))

    async def _fill_slots(self) -> None:
        """Begin candidates until all slots are taken or a budget or the space is used up."""
        while len(self._tasks) < self._state.spec.parallel and not self._reason_to_end():
            number, began = self._state.next_number, workflow.now()
            if self._allowance().used_up():
                return
            plan, spending = await self._plan(number)
            self._state, allowed = self._state.planned("plan", spending), self._allowance()
            if plan.hypothesis is None or self._reason_to_end():
                self._state = self._state.model_copy(update={"exhausted": self._reason_to_end() or plan.reason})
                return
            self._state = self._state.began(number, allowed.reserve())
            self._tasks[number] = asyncio.create_task(self._pursue(Pursuit(number, plan.parent, plan.hypothesis, began, spending), allowed))

    async def _one_settles(self) -> None:
        if not self._tasks:
            return
        await workflow.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        for number in [number for number, task in self._tasks.items() if task.done()]:
            task = self._tasks.pop(number)
            self._pursuits.pop(number, None)
            if not task.cancelled() and not (self._stopped_for and task.exception()):
                task.result()

    async def _drain(self) -> None:
        while self._tasks:
            self._phase = "finishing what runs"
            await self._one_settles()

    async def _renew(self) -> None:
        """Go on with an empty history; nothing may be in flight, and what is due is carried over."""
        await self._drain()
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self._state)

    async def _conclude(self) -> Outcome:
        """Measure the champion once more against the starter, and write how the search ended."""
        conclusion = await self._measure_champion()
        await steps.conclude(conclusion)
        self._state = self._state.concluded(conclusion)
        self._outcome = Outcome.of(conclusion)
        self._phase = "finished"
        return self._outcome

    async def _plan(self, number: int) -> tuple[Plan, tuple[Spending, ...]]:
        """From the policy, from the planner with what that cost, or left to an outside author."""
        if is_external_agent(self._state.spec.agent):
            return Plan(parent=self._champion().number, hypothesis=UNSAID), ()
        if not is_model_agent(self._state.spec.agent):
            return await steps.plan(self._plan_task(number)), ()
        claims = tuple(pursuit.hypothesis.claim for pursuit in self._pursuits.values() if pursuit.analyst is None)
        remains = left(self._state.books(), now=workflow.now())
        asked = ask_planner(self._setting, self._state.spec.agent, number=number, in_flight=claims, left=remains, allowed=self._allowance())
        self._own.begin(number, "plan", "the planner chooses the next hypothesis")
        self._planning = asyncio.create_task(asked)
        try:
            return await self._planning
        except (asyncio.CancelledError, ChildWorkflowError):
            if not self._stopped_for:
                raise
            return Plan(reason=self._stopped_for), ()
        finally:
            self._planning = None
            self._own.end()

    def _allowance(self) -> Allowance:
        """Of the agents of one more candidate."""
        return allowance(self._state.books(), self._state.spec.parallel - len(self._tasks))

    async def _measure_champion(self) -> Conclusion:
        """The whole way in one measurement where it has several steps; a single step was measured against the starter already."""
        champion, starter = self._champion(), self._state.starter
        assert starter is not None
        arena = Arena(self._setting, number=champion.number, champion=starter, candidate=champion.source)
        if self._state.promotions > 1 and champion.number and not self._stopped_for:
            self._phase = "measuring the champion against the starter"
            await self._own.measure(
                arena, FINAL_PAIRS, stage="final", claim="the champion is faster than the starter", number=champion.number
            )
        return conclusion_of(self._state, arena, reason=self._stopped_for or self._ends_for, now=workflow.now())

    def _plan_task(self, number: int) -> PlanTask:
        spec = self._state.spec
        in_flight = tuple(pursuit.composition for pursuit in self._pursuits.values())
        return PlanTask(setting=self._setting, policy=spec.policy, seed=spec.seed, number=number, in_flight=in_flight)

    def _reason_to_end(self) -> str:
        return self._stopped_for or self._state.reason_to_end(workflow.now())
