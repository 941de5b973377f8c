"""The outer loop: founds a search, keeps candidates in flight, promotes winners, and ends in order."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from activities.review_task import BreakTask
from activities.task import CheckTask, Conclusion, FoundTask, PlanTask, RecordTask
from search.budget import deadline
from search.composition import Composition
from search.hypothesis import Hypothesis
from search.profile import Profile
from workflows import limits, steps
from workflows.appeals import Appeals
from workflows.arena import Arena
from workflows.baseline import begin_baseline
from workflows.candidate import CandidateTask, CandidateWorkflow
from workflows.duel import DuelTask, DuelWorkflow
from workflows.ending import conclusion_of, last_words
from workflows.identity import candidate_id, duel_id
from workflows.progress import Progress
from workflows.pursuit import Pursuit
from workflows.state import Outcome, SearchState
from workflows.trials import examine

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
class SearchWorkflow(Appeals):
    """One search from its foundation to its conclusion."""

    @workflow.init
    def __init__(self, state: SearchState) -> None:
        """Take up the state where the previous run left it."""
        super().__init__(state)
        self._phase = "preparing the machine"
        self._pursuits: dict[int, Pursuit] = {}
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
        for task in self._tasks.values():
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
            number = self._state.next_number
            plan = await steps.plan(self._plan_task(number))
            if plan.hypothesis is None:
                self._state = self._state.model_copy(update={"exhausted": "every composition that fits this machine was tried"})
                return
            self._state = self._state.began(number)
            self._tasks[number] = asyncio.create_task(self._pursue(Pursuit(number, plan.parent, plan.hypothesis, workflow.now())))

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

    async def _pursue(self, pursuit: Pursuit) -> None:
        """Write and check beside others, then measure alone: one duel at a time, so that the champion cannot change beneath it."""
        self._pursuits[pursuit.number] = pursuit
        await self._check(pursuit)
        pursuit.enter("waiting for its duel", workflow.now())
        async with self._arena:
            await self._prove(pursuit)
            await self._settle(pursuit)
        self._pursuits.pop(pursuit.number, None)

    async def _prove(self, pursuit: Pursuit) -> None:
        """Gates, tests and duel by one standard, against one champion: what changes meanwhile is repeated."""
        for test in pursuit.findings:
            await self._join(test)
        while pursuit.number and not pursuit.rejected:
            await self._renew_foundation()
            await self._review()
            if pursuit.standard != self._standard():
                await self._check(pursuit)
            elif missing := tuple(test for test in self._state.tests if test not in pursuit.tests):
                await self._examine(pursuit, missing)
            elif pursuit.against != self._champion().number:
                await self._duel(pursuit)
            else:
                return

    async def _examine(self, pursuit: Pursuit, tests: tuple[str, ...]) -> None:
        assert self._state.starter is not None
        pursuit.enter("tests", workflow.now())
        report = await examine(self._setting, pursuit.number, pursuit.source, starter=self._state.starter, tests=tests)
        pursuit.examined(report, tests)

    async def _check(self, pursuit: Pursuit) -> None:
        standard, tests = self._standard(), self._state.tests
        written = pursuit.source if pursuit.checked else None if pursuit.number else self._state.starter
        checked = await workflow.execute_child_workflow(
            CandidateWorkflow.run,
            CandidateTask(
                setting=self._setting,
                number=pursuit.number,
                parent=pursuit.parent or 0,
                hypothesis=pursuit.hypothesis,
                source=written,
                starter=self._state.starter,
                tests=tests,
            ),
            id=candidate_id(self._state.spec.name, pursuit.number),
        )
        pursuit.passed_gates(checked, standard, tests)

    async def _duel(self, pursuit: Pursuit) -> None:
        pursuit.enter("duel", workflow.now())
        pursuit.against = self._champion().number
        pursuit.duelled = await workflow.execute_child_workflow(
            DuelWorkflow.run,
            DuelTask(
                setting=self._setting,
                number=pursuit.number,
                champion=self._champion().source,
                candidate=pursuit.source,
                plan=self._state.look_plan(),
                noise=self._state.noise,
                deadline=deadline(self._state.books()),
            ),
            id=duel_id(self._state.spec.name, pursuit.number),
        )

    async def _settle(self, pursuit: Pursuit) -> None:
        """Profile a winner, write the verdict, and crown."""
        foundation = self._state.foundation
        assert foundation is not None
        profile = await self._profile(pursuit) if pursuit.crowned else None
        pursuit.enter("record", workflow.now())
        record = pursuit.record(foundation, profile, workflow.now())
        dethroned = self._state.champion.number if self._state.champion else None
        promotion = (self._state.promotions + 1 if pursuit.number else 0) if pursuit.crowned else None
        when = workflow.now()
        await steps.record(RecordTask(setting=self._setting, record=record, promotion=promotion, dethroned=dethroned, when=when))
        self._state = self._state.settled(record)

    async def _profile(self, pursuit: Pursuit) -> Profile | None:
        pursuit.enter("profile", workflow.now())
        seed = workflow.random().getrandbits(48)
        task = CheckTask(setting=self._setting, number=pursuit.number, source=pursuit.source, seed=seed)
        return (await steps.profile(task)).profile

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
