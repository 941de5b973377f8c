"""Where a worker strikes: itself, its Temporal server or both, once at each named boundary of a search, in one of three moments."""

import json
import os
import signal
import threading
import time
from asyncio import Future
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from temporalio import activity, client, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ContinueAsNewInput,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    Interceptor,
    StartActivityInput,
    StartChildWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

Moment = Literal["before", "effect", "acknowledged"]
"""Before the effect; after it, before the acknowledgement; and in the workflow task that takes the acknowledged result."""
Victim = Literal["worker", "server", "both"]
MOMENTS: Mapping[Moment, str] = {
    "before": "before the effect",
    "effect": "after the effect, before the acknowledgement",
    "acknowledged": "after the acknowledgement",
}


@dataclass(frozen=True)
class Doom:
    """Who dies when; `only` names boundaries, empty for every one; `deaths` remembers those that were struck."""

    moment: Moment
    victim: Victim
    deaths: Path
    server_lock: Path
    only: frozenset[str] = frozenset()

    def at(self, moment: Moment, boundary: str, step: str) -> None:
        """Strike, unless this boundary was struck before or is not meant."""
        if moment == self.moment and (not self.only or boundary in self.only):
            with _ONE_AT_A_TIME:
                if boundary not in {death["boundary"] for death in deaths(self.deaths)}:
                    self._strike(boundary, step)

    def _strike(self, boundary: str, step: str) -> None:
        mark(self.deaths, boundary, step)
        if self.victim != "worker":
            os.killpg(json.loads(self.server_lock.read_text())["pid"], signal.SIGKILL)
        if self.victim != "server":
            os.killpg(0, signal.SIGKILL)


_ONE_AT_A_TIME = threading.Lock()


def mark(file: Path, boundary: str, step: str) -> None:
    """Remember that something dies now."""
    with file.open("a") as open_file:
        open_file.write(json.dumps({"boundary": boundary, "step": step, "when": time.time()}) + "\n")


def deaths(file: Path) -> list[dict[str, Any]]:
    """What was struck so far, in order."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


class Harbinger(client.Interceptor, Interceptor):
    """Watches every step that a client's workers take and every command that their workflows give."""

    def __init__(self, doom: Doom) -> None:
        self._doom = doom

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Around the effects."""
        return _Effects(next, self._doom)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """Around the decisions."""
        doom = self._doom

        class Decisions(_Decisions):
            def __init__(self, next: WorkflowInboundInterceptor) -> None:
                super().__init__(next, doom)

        return Decisions


class _Effects(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, doom: Doom) -> None:
        super().__init__(next)
        self._doom = doom

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        assert info.workflow_id and info.workflow_run_id
        boundary = boundary_of(info.workflow_id, info.activity_type, info.activity_id)
        step = step_key(info.workflow_run_id, info.activity_id)
        self._doom.at("before", boundary, step)
        answer = await super().execute_activity(input)
        self._doom.at("effect", boundary, step)
        return answer


class _Decisions(WorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor, doom: Doom) -> None:
        super().__init__(next)
        self._doom = doom

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Commands(outbound, self._doom))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        info = workflow.info()
        if info.continued_run_id and not workflow.unsafe.is_replaying():
            self._doom.at("acknowledged", "search: continue as new", info.run_id)
        return await super().execute_workflow(input)


class _Commands(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, doom: Doom) -> None:
        super().__init__(next)
        self._doom = doom

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        info, handle = workflow.info(), super().start_activity(input)

        def taken(_: Future[Any]) -> None:
            if not workflow.unsafe.is_replaying():
                number = str(handle._seq)  # pyright: ignore[reportAttributeAccessIssue]: what the server calls the activity
                self._doom.at("acknowledged", boundary_of(info.workflow_id, input.activity, number), step_key(info.run_id, number))

        handle.add_done_callback(taken)
        return handle

    async def start_child_workflow(self, input: StartChildWorkflowInput) -> workflow.ChildWorkflowHandle[Any, Any]:
        boundary = f"{_kind(workflow.info().workflow_id)}: start {_kind(input.id)}"
        if not workflow.unsafe.is_replaying():
            self._doom.at("before", boundary, input.id)
        handle = await super().start_child_workflow(input)
        if not workflow.unsafe.is_replaying():
            self._doom.at("acknowledged", boundary, input.id)
        return handle

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        if not workflow.unsafe.is_replaying():
            self._doom.at("before", "search: continue as new", workflow.info().run_id)
        super().continue_as_new(input)


def step_key(run: str, activity_id: str) -> str:
    """A step, the same in each attempt."""
    return f"{run}/{activity_id}"


def boundary_of(workflow_id: str, step: str, activity_id: str) -> str:
    """The name of a step in the table: alike in all candidates, but the pairs of a duel one by one."""
    kind = _kind(workflow_id)
    return f"{kind}: {step}" + (f" {activity_id}" if kind == "duel" else "")


def _kind(workflow_id: str) -> str:
    parts = workflow_id.split("/")
    match parts:
        case [_, _, "session", name, _]:
            return name.split("-")[1]
        case [_, _, kind, *_]:
            return kind
        case _:
            return "search"
