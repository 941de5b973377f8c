"""How a search brings one candidate from its hypothesis to its verdict."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ChildWorkflowError

from activities.agents.assignment import is_model_agent
from activities.ledger.names import flight_path
from activities.session_task import SessionKey
from activities.task import CheckTask, NoteTask, RecordTask
from search.budget import Allowance, deadline
from search.flight import Flight
from search.lineage import is_crowned
from search.profile import Profile
from search.record import Record
from search.spending import Spending, total_dollars, total_tokens
from workflows import steps
from workflows.analysing import ask_analyst
from workflows.announcing import low_budgets, promotion
from workflows.appeals import Appeals
from workflows.candidate import CandidateTask, CandidateWorkflow
from workflows.duel import DuelTask, DuelWorkflow
from workflows.ending import last_words
from workflows.identity import candidate_id, duel_id
from workflows.notice import tell
from workflows.pursuit import Pursuit
from workflows.state import SearchState
from workflows.trials import examine


class Pursuing(Appeals):
    """The part of a search's workflow that follows single candidates."""

    def __init__(self, state: SearchState) -> None:
        """Nobody is in flight."""
        super().__init__(state)
        self._pursuits: dict[int, Pursuit] = {}

    async def _pursue(self, pursuit: Pursuit) -> None:
        """Write and check beside others, then measure alone: one duel at a time, so that the champion cannot change beneath it."""
        allowed = pursuit.flight.allowed
        self._pursuits[pursuit.number] = pursuit
        await self._keep_flight(pursuit.flight)
        if pursuit.checked is None:
            await self._check(pursuit, allowed)
        pursuit.enter("waiting for its duel", workflow.now())
        async with self._arena:
            await self._prove(pursuit, allowed)
            with self._firmly():
                await self._settle(pursuit, allowed)
        await self._analyse(pursuit)
        self._pursuits.pop(pursuit.number, None)

    async def _keep_flight(self, flight: Flight) -> None:
        """So that it can begin again when all but the ledger is lost; the starter needs no such word."""
        if flight.number:
            text = flight.model_dump_json(indent=1) + "\n"
            message = f"Candidate {flight.number} begins: {flight.hypothesis.claim}"
            await steps.note(
                NoteTask(setting=self._setting, path=flight_path(flight.number), text=text, message=message, when=flight.began)
            )

    async def _prove(self, pursuit: Pursuit, allowed: Allowance) -> None:
        """Gates, tests and duel by one standard, against one champion: what changes meanwhile is repeated."""
        for test in pursuit.findings:
            await self._join(test)
        while pursuit.number and not pursuit.rejected:
            await self._renew_foundation()
            await self._review()
            await self._go_back()
            if pursuit.standard != self._standard():
                await self._check(pursuit, allowed)
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

    async def _check(self, pursuit: Pursuit, allowed: Allowance) -> None:
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
                began=pursuit.began,
                copies=pursuit.flight.copies,
                agent=self._state.spec.agent,
                agent_network=self._state.spec.agent_network,
                allowed=allowed,
            ),
            id=candidate_id(self._state.spec.name, pursuit.number),
        )
        pursuit.passed_gates(checked, standard, tests)

    async def _duel(self, pursuit: Pursuit) -> None:
        pursuit.enter("duel", workflow.now())
        pursuit.against, pursuit.noise = self._champion().number, self._state.noise
        pursuit.duelled = await workflow.execute_child_workflow(
            DuelWorkflow.run,
            DuelTask(
                setting=self._setting,
                number=pursuit.number,
                champion=self._champion().source,
                candidate=pursuit.source,
                plan=self._state.look_plan(),
                noise=self._state.noise or 0.0,
                deadline=deadline(self._state.books()),
            ),
            id=duel_id(self._state.spec.name, pursuit.number),
        )

    async def _settle(self, pursuit: Pursuit, allowed: Allowance) -> None:
        """Profile a winner, write the verdict, and crown. Where models plan, everyone who was measured is profiled."""
        foundation = self._state.foundation
        assert foundation is not None
        analysed = is_model_agent(self._state.spec.agent) and pursuit.measured
        profile = await self._profile(pursuit) if pursuit.crowned or analysed else None
        pursuit.enter("record", workflow.now())
        record = pursuit.record(foundation, profile, workflow.now())
        dethroned = self._state.champion.number if self._state.champion else None
        promotion = (self._state.promotions + 1 if pursuit.number else 0) if pursuit.crowned else None
        when = workflow.now()
        await steps.record(RecordTask(setting=self._setting, record=record, promotion=promotion, dethroned=dethroned, when=when))
        if analysed:
            pursuit.analyst = allowed.less(tokens=total_tokens(pursuit.spending), dollars=total_dollars(pursuit.spending))
        self._state = self._state.settled(record, pursuit.analyst)
        pursuit.settled = True
        await self._announce(record)

    async def _announce(self, record: Record) -> None:
        """To whoever asked to be told: a promotion, and budgets that run low."""
        if not self._state.spec.notify:
            return
        low = tuple(low_budgets(self._state, workflow.now()))
        self._state = self._state.model_copy(update={"warned": (*self._state.warned, *(notice.key for notice in low))})
        for notice in (*([promotion(self._state, record)] if record.number and is_crowned(record) else []), *low):
            await tell(self._state.spec, notice)

    async def _analyse(self, pursuit: Pursuit) -> None:
        """After the verdict was written, beside other duels; the next plan reads it."""
        if pursuit.analyst is None:
            return
        if self._cutting:
            self._state = self._state.analysed(pursuit.number, ())
            return
        pursuit.enter("analyse", workflow.now())
        key = SessionKey(setting=self._setting, agent=self._state.spec.agent, role="analyst", number=pursuit.number)
        spending: tuple[Spending, ...] = ()
        try:
            spending = (await ask_analyst(key, pursuit.analyst)).spending
        except (ActivityError, ChildWorkflowError) as error:
            self._state = self._state.told(workflow.now(), f"candidate {pursuit.number}: no analysis: {last_words(error)}")
        finally:
            self._state = self._state.analysed(pursuit.number, spending)

    async def _profile(self, pursuit: Pursuit) -> Profile | None:
        pursuit.enter("profile", workflow.now())
        seed = workflow.random().getrandbits(48)
        task = CheckTask(setting=self._setting, number=pursuit.number, source=pursuit.source, seed=seed)
        return (await steps.profile(task)).profile
