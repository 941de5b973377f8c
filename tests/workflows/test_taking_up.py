"""A search whose Temporal database is deleted goes on from its ledger with everything as it was, but for the step in flight."""

import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.ledger.ledger import Ledger
from cli.resume import resume_from_ledger
from cli.temporal import survey
from search.budget import UNLIMITED, Allowance, deadline
from search.flight import Flight
from search.spec import Budget, Spec
from search.spending import Spending
from search.verb import Amend, Order, Park, Steer
from tests.search.catalog import PASSED, START, hypothesis, measured, record, refused
from tests.workflows.ledgered import Ledgered
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue, search_id
from workflows.progress import Progress
from workflows.reexamine import ReexamineWorkflow
from workflows.rescore import RescoreWorkflow
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.state import Outcome, SearchState
from workflows.taking_up import Memory, take_up

SPEC = Spec(
    name="lost",
    scenario="chat",
    target="cpu",
    model="tiny",
    agent="recipes",
    policy="random",
    correctness="lossless",
    seed=7,
    parallel=1,
    budget=Budget(candidates=30, wall_clock=timedelta(hours=9)),
)


@asynccontextmanager
async def served(database: Path, script: Ledgered, spec: Spec) -> AsyncIterator[Client]:
    """A server of its own over that file, and a worker; both are gone afterwards."""
    started = WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_database_filename=str(database),
    )
    workflows = [SearchWorkflow, CandidateWorkflow, DuelWorkflow, RescoreWorkflow, ReexamineWorkflow]
    async with await started as server:
        queues = (AGENTS_QUEUE, checks_queue(spec.target), device_queue(spec.target))
        with ThreadPoolExecutor(4) as threads:
            async with (
                Worker(server.client, task_queue=SEARCHES_QUEUE, workflows=workflows, workflow_runner=workflow_runner()),
                Worker(server.client, task_queue=queues[0], activities=script.activities(), activity_executor=threads),
                Worker(server.client, task_queue=queues[1], activities=script.activities(), activity_executor=threads),
                Worker(server.client, task_queue=queues[2], activities=script.activities(), activity_executor=threads),
            ):
                yield server.client


def remembered(progress: Progress) -> dict[str, object]:
    """All that must be as before: what is spent apart from the wall clock, the champion with its figure, what was told."""
    spent = {each.name: (each.used, each.limit) for each in progress.spent if each.name != "wall clock"}
    return {"spent": spent, "leader": progress.leader, "events": [event.text for event in progress.events], "phase": progress.phase}


SHARES = st.sampled_from(["promoted", "not_better", "undecided", "refused"])


@given(st.lists(st.tuples(SHARES, st.integers(0, 500), st.integers(0, 50)), max_size=12), st.integers(0, 3), st.booleans())
@settings(deadline=None, derandomize=True, max_examples=60)
def test_what_is_spent_and_who_reigns_are_the_same_by_the_ledger_as_by_the_search(
    ends: list[tuple[str, int, int]], flying: int, paid: bool
) -> None:
    spec = SPEC.model_copy(update={"agent": "openai:m" if paid else "recipes"})
    allowed = Allowance(tokens=1000) if paid else UNLIMITED
    state = SearchState(spec=spec).opened(START).settled(record(0, PASSED))
    records, flights = [record(0, PASSED)], list[Flight]()
    for number, (kind, tokens, seconds) in enumerate(ends, start=1):
        planned, written = (Spending(role=role, model="m", input_tokens=tokens) for role in ("planner", "implementer"))
        verdict = refused() if kind == "refused" else measured(kind, 1.2)
        ended = record(number, verdict).model_copy(update={"device_seconds": float(seconds), "spending": (planned, written)})
        state = state.planned("plan", (planned,)).began(number, allowed.reserve()).settled(ended)
        records.append(ended)
        flights.append(Flight(number=number, parent=0, hypothesis=hypothesis(), began=START, planning=(planned,), allowed=allowed))
    for number in range(len(records), len(records) + flying):
        state = state.planned("plan", ()).began(number, allowed.reserve())
        flights.append(Flight(number=number, parent=0, hypothesis=hypothesis(), began=START, allowed=allowed))

    last = START + timedelta(hours=1)
    memory = Memory(spec=spec, facts={}, records=tuple(records), flights=tuple(flights), began=START, last=last)
    again = take_up(memory, now=last + timedelta(days=3))

    assert again is not None
    assert again.books().spent() == state.books().spent()
    assert again.books().committed() == state.books().committed()
    assert (again.champion, again.standing, again.promotions) == (state.champion, state.standing, state.promotions)
    assert (again.next_number, again.shortest, again.priced) == (state.next_number, state.shortest, state.priced)
    assert deadline(again.books()) == deadline(state.books()) + timedelta(days=3)
    assert [cut.flight.number for cut in again.interrupted] == list(range(len(records), len(records) + flying))


async def test_it_goes_on_as_if_nothing_had_happened(tmp_path: Path, ledger: Ledger, spec: Spec) -> None:
    database = tmp_path / "temporal.db"
    script = Ledgered(ledger, {0: 10.0, 1: 20.0, 2: 40.0, 3: 60.0, 4: 120.0}, held=3)
    more = Budget(candidates=4, wall_clock=timedelta(hours=1))
    async with served(database, script, spec) as client:
        search = await client.start_workflow(SearchWorkflow.run, SearchState(spec=spec), id=search_id(spec.name), task_queue=SEARCHES_QUEUE)
        await script.reached.wait()
        for act in (Amend(budget=more), Park(claim="quantise"), Steer(text="mind the tail")):
            await search.execute_update("act", Order(author="anna", act=act))
        before = await survey(client, spec.name)
        await search.terminate()
    database.unlink()

    again = Ledgered(ledger, script.speeds, held=3)
    again.numbers = script.numbers
    async with served(database, again, spec) as client:
        state = await resume_from_ledger(client, ledger, spec.name)
        await again.reached.wait()
        after = await survey(client, spec.name)
        again.go_on.set()
        outcome = await client.get_workflow_handle(search_id(spec.name), result_type=Outcome).result()

    assert remembered(after) == remembered(before)
    assert [runner.number for runner in after.runners] == [runner.number for runner in before.runners] == [3]
    assert after.started >= before.started - timedelta(seconds=2), "the time between counts for nobody"
    assert (state.parked, state.verbs, state.noise is not None) == (("quantise",), 3, True)
    assert (outcome.champion, outcome.candidates, outcome.reason) == (4, 4, "all 4 candidates are used up")
    assert script.ran["plan 3"] == 1 and again.ran["plan 3"] == 0, "what was planned is not planned again"
    assert again.ran["record 1"] == again.ran["pair 0"] == again.ran["pair 1"] == 0
    records = ledger.records(spec.name)
    assert [record.number for record in records] == [0, 1, 2, 3, 4]
    assert ledger.audit(spec.name, evaluator="e" * 64).findings == ()
