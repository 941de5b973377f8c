"""Steps that a dead worker of this home held are handed back when its successor starts: nobody waits until a heartbeat is missed."""

import os
import socket
from pathlib import Path

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

RUNNING = 'ExecutionStatus = "Running" AND WorkflowId STARTS_WITH "search/"'

MOST = 1000
"""Workflows that are looked at; where more run, their heartbeats decide."""


def identity_of(home: Path) -> str:
    """How this process calls itself where it takes steps."""
    return f"{os.getpid()}@{_place(home)}"


async def hand_back(client: Client, home: Path) -> int:
    """Fail the attempts of this home's workers that are gone, so that Temporal tries them again at once; how many there were."""
    freed = 0
    async for execution in client.list_workflows(RUNNING, limit=MOST):
        freed += await _free(client, execution.id, home)
    return freed


async def _free(client: Client, workflow: str, home: Path) -> int:
    freed = 0
    try:
        described = (await client.get_workflow_handle(workflow).describe()).raw_description
        for pending in described.pending_activities:
            if pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED and _is_dead(pending.last_worker_identity, home):
                run = described.workflow_execution_info.execution.run_id
                held = client.get_async_activity_handle(workflow_id=workflow, run_id=run, activity_id=pending.activity_id)
                await held.fail(ApplicationError("the worker that held this step is dead", type="WorkerDied"))
                freed += 1
    except RPCError:
        return freed  # ended meanwhile, or held by somebody else by now: the missed heartbeat decides
    return freed


def _place(home: Path) -> str:
    return f"{socket.gethostname()}:{home}"


def _is_dead(identity: str, home: Path) -> bool:
    """Whether it was a worker of this home on this machine, and no longer runs; one that nobody has waited for yet is dead too."""
    pid, _, place = identity.partition("@")
    if place != _place(home) or not pid.isdigit():
        return False
    if identity == identity_of(home):
        return True  # this process takes none before it has handed back: the first of a container has the same number each time
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True
