"""What must hold after a search was hurt: read from Temporal's histories, the log of steps, and the processes of the machine."""

import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from tests.chaos.doom import step_key

Steps = list[dict[str, str]]


async def histories(client: Client, search: str) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Every run of every workflow of a search, with its run's id."""
    async for execution in client.list_workflows(f'WorkflowId STARTS_WITH "search/{search}"'):
        yield execution.run_id, await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()


async def acknowledged(client: Client, search: str) -> dict[str, datetime]:
    """When each finished step was acknowledged."""
    found: dict[str, datetime] = {}
    async for run, history in histories(client, search):
        scheduled = {event.event_id: event.activity_task_scheduled_event_attributes.activity_id for event in history.events}
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                activity_id = scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]
                found[step_key(run, activity_id)] = event.event_time.ToDatetime()
    return found


def begun_after(acknowledged: dict[str, datetime], steps: Steps) -> list[str]:
    """Steps that began again although they were acknowledged."""
    return [f"{step['workflow']} {step['step']}" for step in _begun(steps) if _when(step) > acknowledged.get(key_of(step), datetime.max)]


def attempts(steps: Steps) -> Counter[str]:
    """How often each step began."""
    return Counter(key_of(step) for step in _begun(steps))


def next_step(steps: Steps, after: float) -> float:
    """Seconds from a moment until a step began; `nan` when none did."""
    later = [seconds for step in _begun(steps) if (seconds := _seconds(step) - after) > 0]
    return min(later, default=float("nan"))


def key_of(step: dict[str, str]) -> str:
    """The step, the same in each attempt."""
    return step_key(step["run"], step["id"])


def processes_of(home: Path) -> list[str]:
    """Command lines of living processes that name the home."""
    found: list[str] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and folder.name != str(os.getpid()):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(home) in line:
                found.append(line)
    return found


def leftovers(ledger: Path) -> list[str]:
    """Locks and worktrees that nobody will remove."""
    return [str(path) for pattern in ("worktrees/*", "**/*.lock") for path in ledger.glob(pattern) if path.name not in OURS]


OURS = ("vibeserve.lock", "journal.lock")
"""Files that are locked, not files whose existence is a lock."""


def _begun(steps: Steps) -> Steps:
    return [step for step in steps if step["event"] == "began"]


def _when(step: dict[str, str]) -> datetime:
    return datetime.fromisoformat(step["when"]).replace(tzinfo=None)


def _seconds(step: dict[str, str]) -> float:
    return datetime.fromisoformat(step["when"]).timestamp()
