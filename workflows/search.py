"""The outer loop: founds a search, keeps candidates in flight, promotes winners, and ends in order."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ChildWorkflowError

from activities.agents.assignment import is_model_agent
from activities.agents.external import is_external_agent
from activities.task import CheckTask, Conclusion, FoundTask, Plan, PlanTask, RecordTask
from search.budget import UNLIMITED, Allowance, allowance, deadline
from search.composition import Composition
from search.hypothesis import Hypothesis
from search.profile import Profile
from search.source import Source
from search.spending import Spending
from search.statistics import interval, median_ratio, noise_floor
from search.verdict import Interval
from workflows import limits, steps
from workflows.arena import Arena
from workflows.baseline import begin_baseline
from workflows.candidate import CandidateTask, CandidateWorkflow
from workflows.duel import DuelTask, DuelWorkflow
from workflows.identity import candidate_id, duel_id
from workflows.own import OwnStep
from workflows.planning import ask_planner
from workflows.progress import Progress, Runner
from workflows.pursuit import Pursuit
from workflows.state import Champion, Outcome, SearchState
from workflows.work import UNSAID

STARTER = Hypothesis(
    claim="The starter is right and serves the whole contract.",
    mechanism="It is written plainly over the reference implementation.",
    evidence="None yet: it is what the search begins from.",
    falsifier="A gate refuses it.",
    expected_log_gain=0.0,
    composition=Composition(),
)
NOISE_PAIRS = 2
FINAL_PAIRS = 3
FINAL_LEVEL = 0.95


@workflow.defn(name="Search")
class SearchWorkflow:
    """One search from its foundation to its conclusion."""

    @workflow.init
    def __init__(self, state: SearchState) -> None:
        """Take up the state where the previous run left it."""
        self._state = state
        self._setting = state.setting()
        self._phase = "preparing the machine"
        self._own: OwnStep | None = None
        self._pursuits: dict[int, Pursuit] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._planning: asyncio.Task[tuple[Plan, tuple[Spending, ...]]] | None = None
        self._arena = asyncio.Lock()
        self._stopped_for = ""
        self._outcome: Outcome | None = None

    @workflow.run
    async def run(self, state: SearchState) -> Outcome:
        """Found, search until a budget ends, conclude, and let the baseline follow."""
        await self._found()
        self._phase = "searching"
        while not self._reason_to_end():
            await self._fill_slots()
            await self._one_settles()
            if workflow.info().get_current_history_length() > limits.DRAIN_EVENTS:
                await self._renew()
        await self._drain()
        outcome = await self._conclude()
        if not self._stopped_for:
            await begin_baseline(self._state.spec)
        return outcome

    @workflow.query
    def progress(self) -> Progress:
        """The search at this moment; its children tell more about themselves."""
        runners = (*self._own_runner(), *(pursuit.runner() for pursuit in self._pursuits.values()))
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
            return
        started = workflow.info().start_time
        self._state = self._state.opened(started)
        self._own = OwnStep(0, "prepare", "the model, the reference's margin and the peaks of the machine", workflow.now())
        foundation = await steps.prepare(self._setting)
        self._own = None
        starter = await steps.found(FoundTask(spec=self._state.spec, foundation=foundation, when=started))
        self._state = self._state.model_copy(update={"foundation": foundation, "starter": starter})
        self._phase = "checking the starter"
        await self._pursue(Pursuit(0, None, STARTER, workflow.now()))
        if not self._state.champion:
            raise ApplicationError(
                f"there is nothing to begin from: {self._state.events[-1].text}", type="StarterRefused", non_retryable=True
            )
        self._state = self._state.model_copy(update={"noise": await self._measure_noise(starter)})

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
        """Go on with an empty history; nothing may be in flight."""
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
        claims = tuple(pursuit.hypothesis.claim for pursuit in self._pursuits.values())
        asked = ask_planner(self._setting, self._state.spec.agent, number=number, in_flight=claims, allowed=self._allowance())
        self._own = OwnStep(number, "plan", "the planner chooses the next hypothesis", workflow.now())
        self._planning = asyncio.create_task(asked)
        try:
            return await self._planning
        except (asyncio.CancelledError, ChildWorkflowError):
            if not self._stopped_for:
                raise
            return Plan(reason=self._stopped_for), ()
        finally:
            self._planning = self._own = None

    def _allowance(self) -> Allowance:
        """Of the agents of one more candidate."""
        return allowance(self._state.books(), self._state.spec.parallel - len(self._tasks))

    async def _pursue(self, pursuit: Pursuit, allowed: Allowance = UNLIMITED) -> None:
        """Write and check beside others, then measure alone: one duel at a time, so that the champion cannot change beneath it."""
        self._pursuits[pursuit.number] = pursuit
        await self._check(pursuit, allowed)
        pursuit.enter("waiting for its duel", workflow.now())
        async with self._arena:
            if pursuit.number and not pursuit.rejected:
                await self._duel(pursuit)
            await self._settle(pursuit)
        self._pursuits.pop(pursuit.number, None)

    async def _check(self, pursuit: Pursuit, allowed: Allowance) -> None:
        pursuit.checked = await workflow.execute_child_workflow(
            CandidateWorkflow.run,
            CandidateTask(
                setting=self._setting,
                number=pursuit.number,
                parent=pursuit.parent or 0,
                hypothesis=pursuit.hypothesis,
                source=None if pursuit.number else self._state.starter,
                agent=self._state.spec.agent,
                agent_network=self._state.spec.agent_network,
                allowed=allowed,
            ),
            id=candidate_id(self._state.spec.name, pursuit.number),
        )

    async def _duel(self, pursuit: Pursuit) -> None:
        pursuit.enter("duel", workflow.now())
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
        promotion = (self._state.promotions + 1 if pursuit.number else 0) if pursuit.crowned else None
        await steps.record(RecordTask(setting=self._setting, record=record, promotion=promotion, when=workflow.now()))
        self._state = self._state.settled(record)

    async def _profile(self, pursuit: Pursuit) -> Profile | None:
        pursuit.enter("profile", workflow.now())
        seed = workflow.random().getrandbits(48)
        task = CheckTask(setting=self._setting, number=pursuit.number, source=pursuit.source, seed=seed)
        return (await steps.profile(task)).profile

    async def _measure_champion(self) -> Conclusion:
        """The whole way in one measurement where it has several steps; a single step was measured against the starter already."""
        champion, starter, standing = self._champion(), self._state.starter, self._state.standing
        assert starter is not None and standing is not None
        ratio, bounds = standing.ratio, Interval(low=standing.low, high=standing.high, level=FINAL_LEVEL)
        arena = Arena(self._setting, number=champion.number, champion=starter, candidate=champion.source)
        if self._state.promotions > 1 and not self._stopped_for:
            self._phase = "measuring the champion against the starter"
            await self._measure_alone(
                arena, FINAL_PAIRS, stage="final", claim="the champion is faster than the starter", number=champion.number
            )
        ratios = arena.log_ratios()
        if len(ratios) > 1:
            ratio, bounds = median_ratio(ratios), interval(ratios, FINAL_LEVEL)
        return Conclusion(
            setting=self._setting,
            reason=self._reason_to_end(),
            champion=champion.number,
            ratio=ratio,
            interval=bounds,
            pairs=tuple(arena.pairs),
            candidates=self._state.next_number - 1,
            when=workflow.now(),
        )

    async def _measure_noise(self, starter: Source) -> float:
        """The floor from pairs of the starter with itself."""
        self._phase = "measuring the noise of the machine"
        arena = Arena(self._setting, number=0, champion=starter, candidate=starter)
        if not self._stopped_for:
            await self._measure_alone(arena, NOISE_PAIRS, stage="noise", claim="the starter is as fast as itself", number=0)
        return noise_floor(arena.log_ratios())

    async def _measure_alone(self, arena: Arena, pairs: int, *, stage: str, claim: str, number: int) -> None:
        """Pairs that belong to no candidate's duel, shown to those who watch."""
        self._own = OwnStep(number, stage, claim, workflow.now(), arena=arena, planned=pairs)
        await arena.measure_valid(pairs)
        self._own = None

    def _own_runner(self) -> tuple[Runner, ...]:
        return (self._own.runner(),) if self._own else ()

    def _plan_task(self, number: int) -> PlanTask:
        spec = self._state.spec
        in_flight = tuple(pursuit.composition for pursuit in self._pursuits.values())
        return PlanTask(setting=self._setting, policy=spec.policy, seed=spec.seed, number=number, in_flight=in_flight)

    def _reason_to_end(self) -> str:
        return self._stopped_for or self._state.reason_to_end(workflow.now())

    def _champion(self) -> Champion:
        assert self._state.champion is not None
        return self._state.champion
