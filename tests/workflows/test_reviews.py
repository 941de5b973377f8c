"""Candidates are judged again when the evaluator changes, when somebody asks, and when a test joins the gate."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.evaluation.gate_test import Trial
from activities.review_task import Offer, Wish
from activities.task import PairTask
from search.spec import Budget, Spec
from search.verdict import Measured, Rejected
from tests.workflows.conftest import Start
from tests.workflows.judging import CACHES, Judging
from tests.workflows.scripted import source
from workflows import limits
from workflows.state import Outcome

OFFER = Offer(test=CACHES, accused=source(1))


def changing(script: Judging, *, at: int, speeds: dict[int, float] | None = None) -> None:
    """Another evaluator from the first pair of that candidate on, by which speeds may be others."""

    def void(task: PairTask) -> None:
        if task.candidate_number == at and script.evaluator[0] == "e":
            script.evaluator = "f" * 64
            script.speeds = {**script.speeds, **(speeds or {})}

    script.void = void


async def test_a_changed_evaluator_requeues_the_frontier_and_rewrites_nothing(start: Start, spec: Spec) -> None:
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 5.0})
    changing(script, at=3)
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 2
    review = script.reviews[0]
    assert (review.kind, review.author) == ("rescore", "the search itself")
    assert "the evaluator changed from eeeeeeeeeeee to ffffffffffff" in review.why
    assert [(retrial.number, retrial.stands, retrial.against) for retrial in review.retrials] == [
        (0, True, None),
        (1, True, 0),
        (2, True, 1),
    ]
    assert review.standard.evaluator == "f" * 64
    assert [script.records[number].evaluator[0] for number in range(4)] == ["e", "e", "e", "f"]
    old = {seed for number in range(3) for seed in script.records[number].seeds}
    assert old.isdisjoint(pair.seed for retrial in review.retrials for pair in retrial.pairs)


async def test_what_was_measured_under_both_evaluators_is_measured_again_under_one(start: Start, spec: Spec) -> None:
    short = spec.model_copy(update={"budget": Budget(candidates=1, wall_clock=timedelta(hours=1))})
    script = Judging({0: 10.0, 1: 50.0})
    changing(script, at=1)
    async with start(script, short) as search:
        await search.result()
    record = script.records[1]
    assert record.evaluator == "f" * 64
    assert script.ran["correctness 1"] == 2
    assert script.ran["generate 1"] == 1
    assert script.ran["pair 1"] == 2 * len(record.pairs), "what was measured under both evaluators is thrown away"
    assert record.standard.evaluator == "f" * 64
    assert len(record.score_keys) == len(record.pairs)


async def test_who_is_slower_by_the_new_evaluator_is_demoted_and_the_champion_chosen_anew(start: Start, spec: Spec) -> None:
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 5.0})
    changing(script, at=3, speeds={2: 12.0})
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 1
    review = script.reviews[0]
    assert [retrial.number for retrial in review.retrials if retrial.demoted] == [2]
    assert (review.champion_before, review.champion) == (2, 1)
    assert review.ratio == pytest.approx(2.0, rel=0.02)
    assert script.records[3].against == 1
    verdict = script.records[2].verdict
    assert isinstance(verdict, Measured)
    assert verdict.kind == "promoted", "the old verdict stays in history"


async def test_who_fails_a_gate_of_the_new_evaluator_is_demoted(start: Start, spec: Spec) -> None:
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 5.0}, refused={})
    changing(script, at=3)
    refusal = Rejected(stage="correctness", reason="caught by a better question")
    script.refused = Later(script, {2: refusal})
    async with start(script, spec) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 1
    assert script.reviews[0].retrials[-1].verdict == refusal
    assert "candidate 2 is demoted" in script.reviews[0].sentence()


async def test_a_person_may_ask_for_it_and_the_reason_is_kept(start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Judging({0: 10.0, 1: 50.0, 2: 20.0}, gate=hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(30):
            await script.reached.wait()
        await search.execute_update("rescore", Wish(author="anna", why="the kernel was updated"))
        hold.set()
        await search.result()
    assert [(review.author, review.why) for review in script.reviews] == [("anna", "the kernel was updated")]


async def test_a_test_that_joins_demotes_the_champion_that_fails_it(start: Start, spec: Spec) -> None:
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 80.0}, cheats={"asks_twice": [2, 3]})
    hold = asyncio.Event()
    script.wait_for(3, hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(60):
            await script.reached.wait()
        offer = Offer(test=CACHES.model_copy(update={"accused": 2}), accused=source(2))
        trial = await search.execute_update("add_test", offer, result_type=Trial)
        with pytest.raises(WorkflowUpdateFailedError):
            await search.execute_update("add_test", offer, result_type=Trial)
        hold.set()
        outcome = await search.result()
    assert trial.accepted
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 1
    assert script.kept == [offer.test]
    task = script.trials[0]
    assert len(set(task.seeds)) == 3
    assert task.starter == source(0)
    review = script.reviews[0]
    assert [(retrial.number, retrial.demoted) for retrial in review.retrials] == [(1, False), (2, True)]
    assert (review.champion_before, review.champion) == (2, 1)
    assert len(review.pairs) == 3, "the chain is broken, so the survivor meets the starter"
    assert script.records[3].verdict == Rejected(stage="tests", reason="asks_twice: scripted")


async def test_a_test_that_is_no_finding_changes_nothing(start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Judging({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(30):
            await script.reached.wait()
        trial = await search.execute_update("add_test", OFFER, result_type=Trial)
        with pytest.raises(WorkflowUpdateFailedError):
            accusing = CACHES.model_copy(update={"accused": 0})
            await search.execute_update("add_test", Offer(test=accusing, accused=source(0)), result_type=Trial)
        hold.set()
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert (trial.accepted, outcome.champion, script.kept, script.reviews) == (False, 1, [], [])


async def test_later_candidates_are_put_through_the_tests_before_their_duel(start: Start, spec: Spec) -> None:
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 80.0}, cheats={"asks_twice": [1, 3]})
    hold = asyncio.Event()
    script.wait_for(2, hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(60):
            await script.reached.wait()
        await search.execute_update("add_test", OFFER, result_type=Trial)
        hold.set()
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert outcome.champion == 2
    assert script.records[2].against == 0, "whom it had duelled was demoted meanwhile"
    assert [gate.stage for gate in script.records[3].gates] == ["build", "conformance", "correctness", "tests"]
    assert script.ran["pair 3"] == 0


async def test_tests_and_due_reviews_survive_continue_as_new(start: Start, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAIN_EVENTS", 60)
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 80.0}, cheats={"asks_twice": [1, 3]})
    hold = asyncio.Event()
    script.wait_for(1, hold)
    async with start(script, spec) as search:
        async with asyncio.timeout(60):
            await script.reached.wait()
        await search.execute_update("add_test", OFFER, result_type=Trial)
        hold.set()
        outcome = await search.result()
        description = await search.describe()
    assert isinstance(outcome, Outcome)
    assert description.run_id != search.first_execution_run_id
    assert outcome.champion == 2
    assert script.records[1].verdict == Rejected(stage="tests", reason="asks_twice: scripted")
    assert script.ran["tests 3"] == 1


async def test_an_evaluator_that_changed_between_two_runs_is_noticed(start: Start, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAIN_EVENTS", 20)
    script = Judging({0: 10.0, 1: 20.0})
    changing(script, at=1)
    async with start(script, spec) as search:
        await search.result()
    assert len(script.reviews) == 1


async def test_a_search_that_breaks_off_leaves_word(start: Start, spec: Spec) -> None:
    script = Judging({0: 10.0}, refused={0: Rejected(stage="conformance", reason="it never answers")})
    async with start(script, spec) as search:
        with pytest.raises(Exception, match="Workflow execution failed"):
            await search.result()
    assert ["it never answers" in broken.reason for broken in script.broken] == [True]


class Later(dict[int, Rejected]):
    """Refusals that hold once the evaluator has changed."""

    def __init__(self, script: Judging, refused: dict[int, Rejected]) -> None:
        super().__init__(refused)
        self._script = script

    def get(self, number: int, default: object = None) -> object:  # type: ignore[override]
        return super().get(number) if self._script.evaluator[0] == "f" else default
