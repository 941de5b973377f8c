"""What a search tells the outside, on a real Temporal server."""

import asyncio

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError

from search.spec import Spec
from search.verdict import Rejected
from tests.workflows.conftest import Start
from tests.workflows.scripted import Script
from workflows.identity import notice_id

PATIENCE_SECONDS = 20


async def test_promotions_low_budgets_and_the_end_are_told_once_each_to_every_receiver(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 40.0, 2: 35.0, 3: 80.0})
    async with start(script, spec.model_copy(update={"notify": ("team", "pager")})) as search:
        await search.result()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(script.notices) < 8:
                script.told.clear()
                await script.told.wait()
    told = {(task.receiver, task.notice.key) for task in script.notices}
    assert told == {(who, key) for who in ("team", "pager") for key in ("promotion-1", "promotion-3", "budget-candidates", "end")}
    assert len(script.notices) == 8
    last = next(task.notice for task in script.notices if task.notice.key == "end")
    assert (last.champion, last.claim) == (3, "candidate 3 is faster")
    assert last.low is not None and last.low > 7.5
    assert "ended after 3 candidates" in last.words


async def test_a_receiver_that_never_answers_harms_no_search_and_is_still_tried_after_it(start: Start, spec: Spec, client: Client) -> None:
    script = Script({0: 10.0, 1: 40.0})
    script.away = True
    async with start(script, spec.model_copy(update={"notify": ("team",)})) as search:
        await search.result()
        assert script.promotions == {0: 0, 1: 1}
        notice = client.get_workflow_handle(notice_id(spec.name, "promotion-1", "team"))
        assert (await notice.describe()).status is WorkflowExecutionStatus.RUNNING
        for key in ("promotion-1", "end"):
            await client.get_workflow_handle(notice_id(spec.name, key, "team")).terminate()


async def test_a_search_that_breaks_off_says_why(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0}, {0: Rejected(stage="conformance", reason="it never answers")})
    async with start(script, spec.model_copy(update={"notify": ("team",)})) as search:
        with pytest.raises(WorkflowFailureError):
            await search.result()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await script.told.wait()
    assert [task.notice.key for task in script.notices] == ["failure"]
    assert "it never answers" in script.notices[0].notice.words


async def test_a_search_that_names_nobody_tells_nobody(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 40.0})
    async with start(script, spec) as search:
        await search.result()
        history = await search.fetch_history()
    assert script.ran["notify"] == 0
    assert "Notice" not in history.to_json()
