"""A step that runs in a thread is beaten for until it ends, and is finished although it was cancelled."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from temporalio import activity
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ActivityOutboundInterceptor, ExecuteActivityInput

from activities import pulse


class Server(ActivityOutboundInterceptor):
    """Counts beats."""

    def __init__(self) -> None:
        self.beats = 0
        self.several = asyncio.Event()

    def info(self) -> activity.Info:
        """Of the step that runs."""
        return activity.info()

    def heartbeat(self, *details: Any) -> None:
        """One more."""
        self.beats += 1
        if self.beats == 3:
            self.several.set()


class Step(ActivityInboundInterceptor):
    """Lasts until the server has heard of it several times."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        """Nothing to do."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """What the step answers."""
        async with asyncio.timeout(10):
            await self.server.several.wait()
        return input.fn(*input.args)


async def test_it_beats_for_a_step_in_a_thread_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.001)
    server = Server()
    beating = pulse.Pulse().intercept_activity(Step(server))
    beating.init(server)

    async def step() -> str:
        with ThreadPoolExecutor(1) as threads:
            return await beating.execute_activity(ExecuteActivityInput(fn=lambda word: word, args=["done"], executor=threads, headers={}))

    assert await ActivityEnvironment().run(step) == "done"
    assert (beats := server.beats) >= 3
    await asyncio.sleep(0)
    assert server.beats == beats
