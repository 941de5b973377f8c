"""The outer loop on a real Temporal server, with scripted effects."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from cli.temporal import survey
from search.measurement import MOST_VOIDS
from search.spec import Budget, Spec
from search.verb import Order, Stop
from search.verdict import Measured, Rejected
from tests.workflows.conftest import Start
from tests.workflows.scripted import Script
from workflows import limits
from workflows.identity import search_id
from workflows.state import Outcome


async def test_the_fastest_right_candidate_becomes_champion(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 40.0, 2: 35.0, 3: 80.0})
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 3
    assert outcome.interval.low > 7.5
    assert script.promotions == {0: 0, 1: 1, 3: 2}
    verdicts = {number: record.verdict.kind for number, record in script.records.items()}
    assert verdicts == {0: "baseline", 1: "promoted", 2: "not_better", 3: "promoted"}


async def test_a_promotion_keeps_duel_and_confirmation_apart(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 50.0})
    async with start(script, spec) as search:
        await search.result()
    record = script.records[1]
    assert isinstance(record.verdict, Measured)
    assert record.verdict.pairs == 3
    assert len(record.pairs) == 3 + record.confirming_pairs
    assert record.confirming_pairs >= 2
    assert len(set(record.seeds)) == len(record.seeds)


@pytest.mark.parametrize("stage", ["build", "conformance", "correctness"])
async def test_a_refused_candidate_goes_no_further(start: Start, spec: Spec, stage: str) -> None:
    refusal = Rejected(stage=stage, reason="it is wrong", evidence="shown")
    script = Script({0: 10.0, 1: 99.0}, {1: refusal})
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 0
    assert script.records[1].verdict == refusal
    assert script.ran["pair 1"] == 0


async def test_a_tree_that_was_judged_before_goes_through_no_gate(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 9.0, 2: 99.0, 3: 99.0}, copies={2: 1, 3: 0})
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 0
    repeat, unchanged = script.records[2].verdict, script.records[3].verdict
    assert isinstance(repeat, Rejected) and isinstance(unchanged, Rejected)
    assert repeat.stage == "generate"
    assert repeat.reason.startswith("the same tree as candidate 1, which was not better at 0.")
    assert unchanged.reason == "the same tree as candidate 0, which was the starter"
    assert script.ran["build 1"] == 1
    assert script.ran["build 2"] == script.ran["build 3"] == script.ran["pair 2"] == 0


async def test_a_search_whose_starter_is_refused_fails_with_the_reason(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0}, {0: Rejected(stage="conformance", reason="it never answers")})
    async with start(script, spec) as search:
        with pytest.raises(Exception, match="Workflow execution failed") as failure:
            await search.result()
    assert "it never answers" in str(failure.value.__cause__)


async def test_void_pairs_are_measured_again_and_a_noisy_machine_decides_nothing(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 50.0}, void=lambda task: "foreign load" if task.candidate_number else None)
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 0
    verdict = script.records[1].verdict
    assert isinstance(verdict, Measured)
    assert verdict.kind == "undecided"
    assert "noisy machine" in verdict.reason
    assert script.ran["pair 1"] == MOST_VOIDS


async def test_candidates_run_beside_each_other_and_duel_one_at_a_time(start: Start, spec: Spec) -> None:
    wide = spec.model_copy(update={"parallel": 3})
    script = Script({0: 10.0, 1: 20.0, 2: 40.0, 3: 80.0})
    async with start(script, wide) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 3
    assert sorted(script.records) == [0, 1, 2, 3]
    assert all(script.ran[f"record {number}"] == 1 for number in range(4))


async def test_stop_ends_a_search_in_the_middle_of_a_duel(start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Script({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(30):
            await script.reached.wait()
        await search.execute_update("act", Order(author="anna", why="enough seen", act=Stop()))
        with pytest.raises(WorkflowUpdateFailedError):
            await search.execute_update("act", Order(author="anna", why="again", act=Stop()))
        hold.set()
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 0
    assert outcome.reason == "enough seen"
    assert len(script.conclusions) == 1


async def test_progress_tells_stage_pairs_and_budget(start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Script({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(30):
            await script.reached.wait()
        progress = await survey(search._client, spec.name)
        hold.set()
        await search.result()
        finished = await survey(search._client, spec.name)
    runner = progress.runners[0]
    assert (runner.number, runner.stage) == (1, "screen")
    assert [gate.stage for gate in runner.gates] == ["build", "conformance", "correctness"]
    assert progress.leader is not None
    assert progress.leader.number == 0
    assert finished.finished
    assert "champion: candidate 1" in finished.outcome


async def test_time_that_is_over_begins_no_further_candidate(start: Start, spec: Spec) -> None:
    hasty = spec.model_copy(update={"budget": Budget(candidates=3, wall_clock=timedelta(milliseconds=1))})
    script = Script({0: 10.0, 1: 50.0})
    async with start(script, hasty) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.candidates == 0
    assert "wall clock" in outcome.reason


async def test_a_long_search_continues_as_new_and_forgets_nothing(start: Start, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAIN_EVENTS", 60)
    script = Script({number: 10.0 * 1.3**number for number in range(4)})
    async with start(script, spec) as search:
        outcome = await search.result()
        description = await search.describe()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 3
    assert description.run_id != search.first_execution_run_id
    assert all(script.ran[f"record {number}"] == 1 for number in range(4))


async def test_a_baseline_follows_at_the_same_budget_and_outlives_the_first_search(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 50.0})
    async with start(script, spec.model_copy(update={"name": "first", "policy": "evolve", "baseline": "random"})) as search:
        first = await search.result()
        second = await search._client.get_workflow_handle(search_id("first-baseline-random"), result_type=Outcome).result()
    assert isinstance(first, Outcome)
    assert (first.champion, second.champion) == (1, 1)
    assert [conclusion.setting.search for conclusion in script.conclusions] == ["first", "first-baseline-random"]
    assert [founded.budget for founded in script.founded] == [spec.budget] * 2
    assert [(founded.policy, founded.baseline_of) for founded in script.founded] == [("evolve", None), ("random", "first")]


async def test_a_search_that_was_stopped_has_no_baseline(start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Script({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec.model_copy(update={"baseline": "bandit"})) as search:
        async with asyncio.timeout(30):
            await script.reached.wait()
        await search.execute_update("act", Order(author="anna", why="enough seen", act=Stop()))
        hold.set()
        await search.result()
        history = await search.fetch_history()
    assert "bandit" not in {
        event.start_child_workflow_execution_initiated_event_attributes.workflow_id.split("-")[-1] for event in history.events
    }
