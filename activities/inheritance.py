"""Steps that a dead worker of this home held are handed back when its successor starts: nobody waits until their heartbeat is missed."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

TAIL_BYTES = 1 << 18
"""Of the log of steps: more than workers of one home can have in flight."""


async def hand_back(client: Client, steps: Path) -> int:
    """Fail the attempts of workers that are gone, so that Temporal tries them again at once; how many there were."""
    last = list(_last_steps(steps))
    dead = _dead({entry["worker"] for entry in last})
    identities = {f"{pid}@{socket.gethostname()}" for pid in dead}
    held = {entry["workflow"] for entry in last if entry["worker"] in dead}
    return sum([await _free(client, workflow, identities) for workflow in sorted(held)])


async def _free(client: Client, workflow: str, identities: set[str]) -> int:
    freed = 0
    try:
        described = (await client.get_workflow_handle(workflow).describe()).raw_description
        for pending in described.pending_activities:
            if pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED and pending.last_worker_identity in identities:
                run = described.workflow_execution_info.execution.run_id
                held = client.get_async_activity_handle(workflow_id=workflow, run_id=run, activity_id=pending.activity_id)
                await held.fail(ApplicationError("the worker that held this step is dead", type="WorkerDied"))
                freed += 1
    except RPCError:
        return freed  # ended meanwhile, or held by somebody else by now: the missed heartbeat decides
    return freed


def _dead(pids: set[int]) -> set[int]:
    return {pid for pid in pids if not Path(f"/proc/{pid}").exists()}


def _last_steps(steps: Path) -> Iterator[dict[str, Any]]:
    if not steps.exists():
        return
    with steps.open("rb") as file:
        file.seek(max(0, steps.stat().st_size - TAIL_BYTES))
        lines = file.read().split(b"\n")
    for line in lines[1:] if steps.stat().st_size > TAIL_BYTES else lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue  # the last line of a worker that was killed
