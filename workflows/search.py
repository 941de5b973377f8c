"""The outer loop: founds a search, keeps candidates in flight, promotes winners, and ends in order."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ChildWorkflowError, FailureError

from activities.agents.assignment import is_model_agent
from activities.agents.external import is_external_agent
from activities.ledger.names import NOISE
from activities.review_task import BreakTask
from activities.session_task import Brief
from activities.task import Conclusion, FoundTask, HistoriesTask, NoteTask, Plan, PlanTask
from search.budget import Allowance, allowance, deadline, left
from search.flight import Flight
from search.spending import Spending
from workflows import announcing, limits, steps
from workflows.arena import Arena
from workflows.baseline import begin_baseline
from workflows.ending import conclusion_of, last_words
from workflows.notice import tell
from workflows.planning import ask_planner
from workflows.progress import Progress
from workflows.pursuit import Interrupted, Pursuit
from workflows.starter import supposition
from workflows.state import Outcome, SearchState
from workflows.telling import progress_of
from workflows.verbs import Verbs
from workflows.work import UNSAID

FINAL_PAIRS = 3


@workflow.defn(name="Search")
class SearchWorkflow(Verbs):
    """One search from its foundation to its conclusion."""

    @workflow.init
    def __init__(self, state: SearchState) -> None:
        """Take up the state where the previous run left it."""
        super().__init__(state)
        self._phase = "preparing the machine"
        self._further: list[Plan] = []
        """For the slots that are free now, beside the plan that was asked for."""

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
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._stopped_for and not self._state.reopened:
            await begin_baseline(self._state.spec)
        return outcome

    @workflow.query
    def progress(self) -> Progress:
        """The search at this moment; its children tell more about themselves."""
        runners = (*self._own.runners(), *(pursuit.runner() for pursuit in self._pursuits.values()))
        outcome = self._outcome.sentence() if self._outcome else ""
        phase = f"{self._phase}, then it pauses" if self._state.paused and "pause" not in self._phase else self._phase
        return progress_of(self._state, workflow.now(), phase=phase, runners=runners, outcome=outcome)

    async def _found(self) -> None:
        """Make the machine ready, put the starter through its gates, and learn how noisy the machine is."""
        if self._state.champion:
            await self._renew_foundation()
        else:
            await self._lay_foundation()
        if self._state.noise is None and not self._stopped_for:
            await self._measure_noise()

    async def _lay_foundation(self) -> None:
        started = workflow.info().start_time
        self._state = self._state.opened(started)
        self._own.begin(0, "prepare", "the model, the reference's margin and the peaks of the machine")
        foundation = await steps.prepare(self._setting)
        self._own.end()
        starter = await steps.found(FoundTask(spec=self._state.spec, foundation=foundation, when=started))
        self._state = self._state.model_copy(update={"foundation": foundation, "starter": starter})
        for verb in self._unwritten:
            await self._write(verb)
        self._phase = "checking the starter"
        await self._pursue(
            Pursuit(Flight(number=0, parent=None, hypothesis=supposition(self._state.spec), began=workflow.now()), workflow.now())
        )
        if not self._state.champion:
            raise ApplicationError(
                f"there is nothing to begin from: {self._state.events[-1].text}", type="StarterRefused", non_retryable=True
            )

    async def _measure_noise(self) -> None:
        self._phase = "measuring the noise of the machine"
        assert self._state.starter is not None
        noise = await self._own.noise(self._setting, self._state.starter)
        text, message = noise.model_dump_json(indent=1) + "\n", f"Noise of the machine: {noise.floor:.4f}"
        await steps.note(NoteTask(setting=self._setting, path=NOISE, text=text, message=message, when=workflow.now()))
        self._state = self._state.model_copy(update={"noise": noise.floor})

    async def _search(self) -> None:
        """Candidates, and reviews where they are due, until no further candidate may begin and none runs."""
        while self._goes_on():
            await self._rest()
            self._take_up()
            self._begin_review()
            self._phase = "finishing what runs" if self._reason_to_end() else "searching"
            await self._fill_slots()
            await self._one_settles()
            if workflow.info().get_current_history_length() > limits.DRAIN_EVENTS:
                await self._renew()
        self._ends_for = self._reason_to_end()

    def _goes_on(self) -> bool:
        """A pause is no end, and what was cut off is owed its verdict."""
        owed = (self._state.paused or self._state.interrupted) and not self._stopped_for
        return bool(owed or self._tasks or not self._reason_to_end())

    async def _rest(self) -> None:
        """While it is paused: let what runs end, then begin nothing."""
        while self._state.paused and self._tasks:
            self._phase = "finishing what runs before the pause"
            await self._one_settles()
        if self._state.paused:
            self._phase, self._resting_since = "paused", workflow.now()
            await workflow.wait_condition(lambda: not self._state.paused)

    def _take_up(self) -> None:
        """Begin again what was cut off, with the time that is left by now."""
        for cut in self._state.interrupted if not self._state.paused and not self._stopped_for else ():
            allowed = cut.flight.allowed.model_copy(update={"ends_by": deadline(self._state.books())})
            self._state = self._state.took_up(cut.flight.number)
            self._launch(
                Pursuit.again(cut.model_copy(update={"flight": cut.flight.model_copy(update={"allowed": allowed})}), workflow.now())
            )

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
        """Leave word with those who asked to be told, and in the ledger, where there is one."""
        reason = last_words(failure)
        await tell(self._state.spec, announcing.failure(self._state, reason, workflow.now()))
        if self._state.starter:
            await steps.break_off(BreakTask(setting=self._setting, reason=reason, when=workflow.now()))

    async def _fill_slots(self) -> None:
        """Begin candidates until all slots are taken or a budget or the space is used up."""
        self._further = []
        while len(self._tasks) < self._state.spec.parallel and not self._state.paused and not self._reason_to_end():
            flight = await self._next_flight()
            if flight is None:
                return
            if self._state.paused:
                self._state = self._state.cut_off(Interrupted(flight=flight))
            else:
                self._launch(Pursuit(flight, flight.began))

    async def _next_flight(self) -> Flight | None:
        """What somebody asked to be tried again, else what is planned; its number and its place in the budget are taken."""
        number, began = self._state.next_number, workflow.now()
        if self._state.retries:
            due, *others = self._state.retries
            self._state = self._state.model_copy(update={"retries": tuple(others)}).began(number)
            return Flight(number=number, parent=due.number, hypothesis=due.hypothesis, began=began, copies=due.number)
        if self._allowance().used_up():
            return None
        planned = await self._plan(number)
        if planned is None:
            return None
        plan, spending = planned
        self._state, allowed = self._state.planned("plan", spending), self._allowance()
        if plan.hypothesis is None:
            self._state = self._state.model_copy(update={"exhausted": plan.reason})
        if plan.hypothesis is None or self._reason_to_end():
            return None
        self._state = self._state.began(number, allowed.reserve())
        return Flight(number=number, parent=plan.parent, hypothesis=plan.hypothesis, began=began, planning=spending, allowed=allowed)

    def _launch(self, pursuit: Pursuit) -> None:
        self._pursuits[pursuit.number] = pursuit
        self._tasks[pursuit.number] = asyncio.create_task(self._pursue(pursuit))

    async def _one_settles(self) -> None:
        """Or something changed that concerns the others."""
        if not self._tasks:
            return
        self._nudged = False
        await workflow.wait_condition(lambda: self._nudged or any(task.done() for task in self._tasks.values()))
        for number in [number for number, task in self._tasks.items() if task.done()]:
            self._end(number, self._tasks.pop(number), self._pursuits.pop(number, None))

    def _end(self, number: int, task: asyncio.Task[None], pursuit: Pursuit | None) -> None:
        """Whoever was cut off, and is not to be stopped for good, begins again later."""
        cut = number in self._cut or task.cancelled()
        self._cut.discard(number)
        if not cut:
            task.result()
        elif pursuit and not pursuit.settled and not self._stopped_for:
            self._state = self._state.cut_off(pursuit.interrupted())

    async def _drain(self) -> None:
        while self._tasks:
            self._phase = "finishing what runs"
            await self._one_settles()

    async def _renew(self) -> None:
        """Go on with an empty history, unless it ends; nothing may be in flight, and what is due is carried over."""
        await self._drain()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._stopped_for:
            workflow.continue_as_new(self._state)

    async def _conclude(self) -> Outcome:
        """Measure the champion once more against the starter, and write how the search ended."""
        self._concluding = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        conclusion = await self._measure_champion()
        await steps.conclude(conclusion)
        self._state = self._state.concluded(conclusion)
        self._outcome = Outcome.of(conclusion)
        await steps.export_histories(HistoriesTask(setting=self._setting, workflow=workflow.info().workflow_id, when=conclusion.when))
        self._phase = "finished"
        await tell(self._state.spec, announcing.end(self._state, self._outcome, workflow.now()))
        return self._outcome

    async def _plan(self, number: int) -> tuple[Plan, tuple[Spending, ...]] | None:
        """From the policy, from the planner with what that cost, or left to an outside author; None where it was cut off."""
        if is_external_agent(self._state.spec.agent):
            return Plan(parent=self._champion().number, hypothesis=UNSAID), ()
        if not is_model_agent(self._state.spec.agent):
            return await steps.plan(self._plan_task(number)), ()
        if self._further:
            return self._further.pop(0), ()
        brief, parked = self._planners_brief(), self._state.parked
        asked = ask_planner(self._setting, self._state.spec.agent, number=number, brief=brief, parked=parked, allowed=self._allowance())
        self._own.begin(number, "plan", "the planner chooses the next hypothesis")
        self._planning = asyncio.create_task(asked)
        try:
            planned = await self._planning
            self._further = list(planned.plans[1:])
            return planned.plans[0], planned.spending
        except (asyncio.CancelledError, ChildWorkflowError):
            if not self._cutting:
                raise
            return None
        finally:
            self._planning = None
            self._own.end()

    def _planners_brief(self) -> Brief:
        claims = tuple(pursuit.hypothesis.claim for pursuit in self._pursuits.values() if pursuit.analyst is None)
        slots = self._state.spec.parallel - len(self._tasks)
        return Brief(in_flight=claims, slots=max(slots, 1), left=left(self._state.books(), now=workflow.now()))

    def _allowance(self) -> Allowance:
        """Of the agents of one more candidate; there may be fewer places than when it was planned."""
        return allowance(self._state.books(), max(self._state.spec.parallel - len(self._tasks), 1))

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
