"""Beats for steps that run in a thread and cannot beat themselves, so that the death of their worker is noticed soon."""

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ActivityOutboundInterceptor, ExecuteActivityInput, Interceptor

from activities.heartbeat import BEAT_SECONDS


class Pulse(Interceptor):
    """Put in front of the steps of one queue; those that are coroutines beat for themselves."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Beat while the step runs."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        """Keep the way to the server: `activity.heartbeat` belongs to the step's thread while it runs."""
        self._outbound = outbound
        super().init(outbound)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """With a beat comes the word that a step is cancelled; what writes to the ledger is finished all the same."""
        if input.executor is None:
            return await super().execute_activity(input)
        input.fn = _finished(input.fn)
        beats = asyncio.create_task(self._beat())
        try:
            return await super().execute_activity(input)
        finally:
            beats.cancel()

    async def _beat(self) -> None:
        while True:
            self._outbound.heartbeat(activity.info().activity_type)
            await asyncio.sleep(BEAT_SECONDS)


def _finished(step: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        with activity.shield_thread_cancel_exception():
            return step(*arguments)

    return run
