"""Export Temporal's own history of a search and of all that it began into the journal: compressed, the same bytes for the same history."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from temporalio import activity
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger.ledger import Ledger
from activities.task import HistoriesTask

FOLDER = "histories"


class Historian:
    """Reads the server that the worker is connected to."""

    def __init__(self, ledger: Ledger, client: Client) -> None:
        """The ledger of this home."""
        self._ledger = ledger
        self._client = client

    @activity.defn(name="export_histories")
    async def export(self, task: HistoriesTask) -> int:
        """How many histories the journal holds now; that of the search itself ends with this very step."""
        return await keep_histories(self._ledger, self._client, task.setting.search, task.workflow, when=task.when)


async def keep_histories(ledger: Ledger, client: Client, search: str, workflow: str, *, when: datetime) -> int:
    """Of the search's workflow, run after run, and of its children, theirs included; 0 where Temporal does not know it."""
    files: dict[str, bytes] = {path: packed(history) async for path, history in _walk(client, workflow)}
    if files:
        await asyncio.to_thread(ledger.append, search, files, message=f"Histories of Temporal: {len(files)}", when=when)
    return len(files)


def packed(history: WorkflowHistory) -> bytes:
    """As compressed JSON; no time is kept in it."""
    return gzip.compress(history.to_json().encode(), mtime=0)


def unpacked(workflow: str, content: bytes) -> WorkflowHistory:
    """What `packed` was given."""
    return WorkflowHistory.from_json(workflow, gzip.decompress(content).decode())


async def _walk(client: Client, workflow: str) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Path and history of each run; the runs of one workflow are counted in the order in which they began."""
    last = await _fetch(client, workflow, None)
    counted: dict[str, int] = {}
    pending = [(workflow, last.events[0].workflow_execution_started_event_attributes.first_execution_run_id)] if last else []
    while pending:
        name, run = pending.pop(0)
        history = await _fetch(client, name, run)
        if history is None:
            continue
        counted[name] = counted.get(name, 0) + 1
        yield f"{FOLDER}/{name}/{counted[name]:04d}.json.gz", history
        pending += [
            found
            for event in history.events
            for found in _begun(name, event)
            if found[0] == workflow or found[0].startswith(f"{workflow}/")
        ]


async def _fetch(client: Client, workflow: str, run: str | None) -> WorkflowHistory | None:
    try:
        return await client.get_workflow_handle(workflow, run_id=run).fetch_history()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


def _begun(workflow: str, event: HistoryEvent) -> Iterator[tuple[str, str]]:
    """The workflow and run that begin with an event: a child, or the next run of the same."""
    if event.HasField("child_workflow_execution_started_event_attributes"):
        child = event.child_workflow_execution_started_event_attributes.workflow_execution
        yield child.workflow_id, child.run_id
    if event.HasField("workflow_execution_continued_as_new_event_attributes"):
        yield workflow, event.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
