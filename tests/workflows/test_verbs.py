"""An operator's verbs on a real server over a real ledger: obeyed and written down, or refused with a reason."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateStage

from activities.ledger.ledger import Ledger
from cli.temporal import survey
from search.spec import Budget, Spec
from search.verb import Act, Amend, Order, Park, Pause, Reopen, Resume, Retry, Rollback, Steer, Stop, Widen
from search.verdict import Measured, Rejected
from tests.workflows.conftest import Start
from tests.workflows.ledgered import Ledgered
from workflows import limits
from workflows.identity import duel_id
from workflows.search import SearchWorkflow
from workflows.state import Outcome

Handle = WorkflowHandle[SearchWorkflow, object]


async def tell(search: Handle, act: Act, why: str = "") -> str:
    return await search.execute_update("act", Order(author="anna", why=why, act=act), result_type=str)


async def refused(search: Handle, act: Act) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await tell(search, act)
    return str(failure.value.cause)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Asks the server, which tells nobody by itself."""
    async with asyncio.timeout(20):
        while not await holds():
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)


async def until_cut(client: Client, workflow: str) -> None:
    """Until somebody asked that workflow's step to end."""
    handle = client.get_workflow_handle(workflow)

    async def asked() -> bool:
        events = (await handle.fetch_history()).events
        return any(event.HasField("activity_task_cancel_requested_event_attributes") for event in events)

    await until(asked)


async def until_phase(search: Handle, spec: Spec, phase: str) -> None:
    async def reached() -> bool:
        return (await survey(search._client, spec.name)).phase == phase

    await until(reached)


async def test_a_stop_promotes_nobody_whose_step_could_not_be_cut_off(start: Start, spec: Spec, ledger: Ledger) -> None:
    script = Ledgered(ledger, {0: 10.0, 1: 50.0})
    async with start(script, spec) as search:
        await script.reached.wait()
        await tell(search, Stop(), "enough")
        await until_cut(search._client, duel_id(spec.name, 1))
        script.go_on.set()
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert (outcome.champion, outcome.reason) == (0, "enough")
    assert [record.number for record in ledger.records(spec.name)] == [0]
    assert [verb.sentence() for verb in ledger.verbs(spec.name)] == ["stopped, by anna: enough"]


async def test_a_pause_lets_what_runs_end_and_begins_nothing(start: Start, spec: Spec, ledger: Ledger) -> None:
    script = Ledgered(ledger, {0: 10.0, 1: 20.0, 2: 40.0})
    async with start(script, spec) as search:
        await script.reached.wait()
        await tell(search, Pause(), "lunch")
        assert "paused already" in await refused(search, Pause())
        script.go_on.set()
        await until_phase(search, spec, "paused")
        assert [record.number for record in ledger.records(spec.name)] == [0, 1]
        assert script.ran["plan 2"] == 0
        await tell(search, Resume())
        assert isinstance(await search.result(), Outcome)
    acts = [verb.act for verb in ledger.verbs(spec.name)]
    assert [act.kind for act in acts] == ["pause", "resume"]
    assert isinstance(acts[1], Resume) and acts[1].idle > timedelta()
    assert len(ledger.records(spec.name)) == 3


async def test_what_a_pause_cuts_off_begins_again_and_counts_once(
    start: Start, spec: Spec, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DRAIN_EVENTS", 40)
    script = Ledgered(ledger, {0: 10.0, 1: 20.0, 2: 40.0})
    async with start(script, spec) as search:
        await script.reached.wait()
        await tell(search, Pause(now=True))
        script.go_on.set()
        await until_phase(search, spec, "paused")
        assert [record.number for record in ledger.records(spec.name)] == [0]
        await tell(search, Resume())
        outcome = await search.result()
        spent = {each.name: each.used for each in (await survey(search._client, spec.name)).spent}
    assert isinstance(outcome, Outcome)
    records = ledger.records(spec.name)
    assert outcome.champion == 2 and [record.number for record in records] == [0, 1, 2]
    assert script.ran["generate 1"] == script.ran["correctness 1"] == 1, "its gates were passed already"
    assert spent["candidates"] == 2
    assert spent["device"] == pytest.approx(sum(record.device_seconds for record in records))
    assert ledger.audit(spec.name, evaluator="e" * 64).findings == ()


async def test_an_earlier_champion_reigns_again_and_the_next_duel_is_against_it(start: Start, spec: Spec, ledger: Ledger) -> None:
    script = Ledgered(ledger, {0: 10.0, 1: 20.0, 2: 40.0, 3: 30.0}, held=3)
    async with start(script, spec) as search:
        await script.reached.wait()
        assert "no candidate 7" in await refused(search, Rollback(number=7))
        order = Order(author="anna", why="2 leaks", act=Rollback(number=1))
        back = await search.start_update("act", order, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=str)
        script.go_on.set()
        assert await back.result() == "the champion is candidate 1"
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 3
    record = ledger.records(spec.name)[3]
    assert record.against == 1 and isinstance(record.verdict, Measured) and record.verdict.ratio == pytest.approx(1.5, rel=0.05)
    review = ledger.reviews(spec.name)[0]
    assert (review.kind, review.champion_before, review.champion, review.ratio) == ("rollback", 2, 1, pytest.approx(2.0, rel=0.05))
    assert [retrial.number for retrial in review.retrials if retrial.demoted] == [2]
    assert "rolled back to candidate 1 by anna: 2 leaks" in review.sentence()
    assert ledger.audit(spec.name, evaluator="e" * 64).findings == ()


async def test_a_tree_is_tried_again_at_most_once_and_never_after_a_fair_loss(start: Start, spec: Spec, ledger: Ledger) -> None:
    unlucky = Rejected(stage="conformance", reason="it did not start in time")
    script = Ledgered(ledger, {0: 10.0, 1: 5.0, 2: 9.0, 3: 40.0, 4: 9.0}, {2: unlucky}, held=4)
    async with start(script, spec.model_copy(update={"budget": Budget(candidates=5, wall_clock=timedelta(hours=1))})) as search:
        await script.reached.wait()
        assert "is in flight" in await refused(search, Retry(number=4))
        assert "is not better" in await refused(search, Retry(number=1))
        assert "tried again" in await tell(search, Retry(number=2), "the disk was full")
        script.speeds = {**script.speeds, 5: 80.0}
        script.go_on.set()
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    again = ledger.records(spec.name)[5]
    assert (again.parent, again.source.tree) == (2, ledger.records(spec.name)[2].source.tree)
    assert outcome.champion == 5
    assert ledger.audit(spec.name, evaluator="e" * 64).findings == ()


async def test_a_budget_and_the_candidates_in_flight_change_while_the_last_one_runs(start: Start, spec: Spec, ledger: Ledger) -> None:
    one = Budget(candidates=1, wall_clock=timedelta(hours=1))
    script = Ledgered(ledger, {0: 10.0, 1: 20.0, 2: 40.0, 3: 80.0})
    async with start(script, spec.model_copy(update={"budget": one})) as search:
        await script.reached.wait()
        assert "that is the budget already" in await refused(search, Amend(budget=one))
        assert "asks no models" in await refused(search, Amend(budget=one.model_copy(update={"tokens": 5})))
        assert "have passed already" in await refused(search, Amend(budget=one.model_copy(update={"wall_clock": timedelta()})))
        await tell(search, Amend(budget=one.model_copy(update={"candidates": 3})))
        await tell(search, Widen(parallel=3))
        await script.checked(3)
        script.go_on.set()
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert (outcome.candidates, outcome.reason) == (3, "all 3 candidates are used up")


async def test_hints_and_parked_claims_are_kept_and_nonsense_is_refused(start: Start, spec: Spec, ledger: Ledger) -> None:
    script = Ledgered(ledger, {0: 10.0, 1: 20.0})
    async with start(script, spec) as search:
        await script.reached.wait()
        assert "the policy random follows measurements alone and cannot read it" in await tell(search, Steer(text="look at attention"))
        claim = "candidate 1 is faster"
        assert "candidate 1, which tests it, goes on" in await tell(search, Park(claim=claim))
        assert "parked already" in await refused(search, Park(claim=claim))
        await tell(search, Reopen(claim=claim))
        assert "is not parked" in await refused(search, Reopen(claim=claim))
        assert "is not paused" in await refused(search, Resume())
        script.go_on.set()
        await search.result()
    assert [(verb.number, verb.act.kind, verb.author) for verb in ledger.verbs(spec.name)] == [
        (1, "steer", "anna"),
        (2, "park", "anna"),
        (3, "reopen", "anna"),
    ]
