"""The steps are read from the history of a real search with its children."""

import asyncio
from collections import Counter

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from benchmarks.overhead.history import NotFinished, read_past
from benchmarks.overhead.timeline import break_down
from search.spec import Spec
from tests.workflows.conftest import Start
from tests.workflows.scripted import Script
from workflows import limits


async def test_every_step_of_a_search_is_found_once(client: Client, start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 40.0, 2: 20.0, 3: 80.0})
    async with start(script, spec) as search:
        await search.result()
    past = await read_past(client, spec.name, range(10))
    kinds = Counter(step.kind for step in past.steps)
    assert kinds["record"] == kinds["correctness"] == 4
    assert kinds["generate"] == 3
    assert kinds["conclude"] == 1
    assert kinds["prepare"] == script.ran["prepare"]
    assert kinds["measure_pair"] == sum(count for name, count in script.ran.items() if name.startswith("pair "))
    assert all(past.began <= step.scheduled <= step.started <= step.ended <= past.ended for step in past.steps)
    report = break_down(past.steps, began=past.began, ended=past.ended)
    assert 0 < report.share <= 1


async def test_runs_that_continued_as_new_are_joined(client: Client, start: Start, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAIN_EVENTS", 40)
    script = Script({0: 10.0, 1: 40.0, 2: 20.0, 3: 80.0})
    async with start(script, spec) as search:
        await search.result()
    past = await read_past(client, spec.name, range(4))
    assert Counter(step.kind for step in past.steps)["record"] == 4


async def test_a_running_search_is_refused(client: Client, start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Script({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec) as search:
        await asyncio.wait_for(script.reached.wait(), 60)
        with pytest.raises(NotFinished, match="still runs"):
            await read_past(client, spec.name, [0])
        hold.set()
        await search.terminate()


async def test_an_unknown_search_is_told_by_temporal(client: Client) -> None:
    with pytest.raises(RPCError):
        await read_past(client, "nobody", [])
