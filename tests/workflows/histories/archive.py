"""The stored histories: one compressed file per scene, with the runs of the workflows of its search."""

import gzip
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from temporalio.client import Client, WorkflowHistory

FOLDER = Path(__file__).parent
DRAIN_EVENTS = 60
"""Under which they were recorded, so that a small search continues as new."""


async def store(client: Client, search: str) -> int:
    """Keep what a search's workflows did, of those that did the same the first; the size of the file."""
    found = [history async for history in _histories(client, search)]
    assert found, f"the server knows no workflow of {search}"
    return write(search, found)


def write(search: str, found: Iterable[WorkflowHistory]) -> int:
    """One file; its size."""
    kept = {_shape(history): history for history in reversed(list(found))}.values()
    text = json.dumps([{"id": history.workflow_id, "history": history.to_json_dict()} for history in kept], sort_keys=True)
    file = FOLDER / f"{search}.json.gz"
    file.write_bytes(gzip.compress(text.encode(), mtime=0))
    return file.stat().st_size


def stored(name: str) -> Iterator[WorkflowHistory]:
    """The histories of one scene."""
    for entry in json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes())):
        yield WorkflowHistory.from_json(entry["id"], entry["history"])


def names() -> list[str]:
    """Of all scenes that are stored."""
    return sorted(file.name.removesuffix(".json.gz") for file in FOLDER.glob("*.json.gz"))


def _shape(history: WorkflowHistory) -> tuple[str, ...]:
    """What happened, in order, without what was said."""
    kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
    names = (event.activity_task_scheduled_event_attributes.activity_type.name for event in history.events)
    return kind, *(f"{event.event_type} {name}" for event, name in zip(history.events, names, strict=True))


async def _histories(client: Client, search: str) -> AsyncIterator[WorkflowHistory]:
    found = [(each.id, each.run_id) async for each in client.list_workflows() if each.id.split("/")[1] == search]
    for workflow, run in sorted(found):
        yield await client.get_workflow_handle(workflow, run_id=run).fetch_history()
