"""Workflow code of today goes on with what searches of every kind did; a change that cannot is told and loses nothing."""

import asyncio
from collections.abc import Iterator

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from activities.task import FoundTask, Novelty, NoveltyTask
from cli.temporal import OtherVersion, survey
from search.source import Source
from search.spec import Spec
from tests.workflows.conftest import scripted_search, scripted_workers
from tests.workflows.histories.archive import DRAIN_EVENTS, names, stored
from tests.workflows.histories.scenes import SCENES
from tests.workflows.scripted import Script
from worker import WORKFLOWS
from workflows import limits, steps
from workflows.identity import search_id
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.state import SearchState

NOT_STORED = {"Notice"}
"""One step and its retries: there is no order that could change."""
RENEW = "python -m tests.workflows.histories"


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they were recorded."""
    monkeypatch.setattr(limits, "DRAIN_EVENTS", DRAIN_EVENTS)


async def replay(histories: Iterator[WorkflowHistory]) -> int:
    """How many were gone through without a difference."""
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=workflow_runner(), data_converter=pydantic_data_converter)
    count = 0
    for history in histories:
        await replayer.replay_workflow(history)
        count += 1
    return count


@pytest.mark.parametrize("name", names())
async def test_what_searches_did_is_replayed_by_the_code_of_today(name: str) -> None:
    assert await replay(stored(name)), f"{RENEW} renews {name}, when the change is meant"


def test_each_kind_of_run_is_stored() -> None:
    assert names() == sorted(SCENES), f"{RENEW} makes what is missing"
    begun = [history.events[0].workflow_execution_started_event_attributes for name in names() for history in stored(name)]
    assert {each.workflow_type.name for each in begun} == {flow.__name__.removesuffix("Workflow") for flow in WORKFLOWS} - NOT_STORED
    assert any(each.continued_execution_run_id for each in begun)


async def test_a_change_that_takes_another_step_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    novelty = steps.novelty

    async def one_step_more(task: NoveltyTask) -> Novelty:
        await steps.prepare(task.setting)
        return await novelty(task)

    monkeypatch.setattr(steps, "novelty", one_step_more)
    with pytest.raises(NondeterminismError):
        await replay(stored("models"))


async def test_a_search_that_other_code_began_waits_says_so_and_goes_on_with_its_own(
    client: Client, spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    script, found = Script({0: 10.0, 1: 50.0}, gate=hold), steps.found
    async with asyncio.timeout(60):
        async with scripted_search(client, script, spec):
            await script.reached.wait()

        async def one_step_more(task: FoundTask) -> Source:
            await steps.prepare(SearchState(spec=task.spec).setting())
            return await found(task)

        monkeypatch.setattr(steps, "found", one_step_more)
        async with scripted_workers(client, script, spec):
            with pytest.raises(OtherVersion, match="begun by another version of VibeServe"):
                await survey(client, spec.name)
        monkeypatch.setattr(steps, "found", found)
        hold.set()
        async with scripted_workers(client, script, spec):
            outcome = await client.get_workflow_handle_for(SearchWorkflow.run, search_id(spec.name)).result()
    assert outcome.champion == 1
