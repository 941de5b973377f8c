"""Finds pieces of work in running searches, and acts on them; what stands against an act comes back as one line."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.mistakes import Failed, Misuse
from cli.reach import reach
from workflows.identity import work_id
from workflows.work_item import WorkItem

OPEN_WORK = "WorkflowType = 'Work' AND ExecutionStatus = 'Running'"
ANSWER_LIMIT = timedelta(seconds=10)
LOOK_SECONDS = 2.0
CLOSED = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)

Answer = TypeVar("Answer")


def split_item(item: str) -> tuple[str, int]:
    """Search and candidate of `first/3`."""
    search, _, number = item.rpartition("/")
    if not search or not number.isdecimal():
        raise Misuse(f"{item!r} is no work: it is named SEARCH/NUMBER, for example first/3; `vibeserve work list` shows what there is")
    return search, int(number)


async def open_items(home: Home) -> tuple[WorkItem, ...]:
    """As soon as one is open."""
    client = await reach(home)
    while True:
        items = await _items(home, client)
        if any(item.state == "open" for item in items):
            return items
        await asyncio.sleep(LOOK_SECONDS)


async def list_items(home: Home) -> tuple[WorkItem, ...]:
    """All that the searches of this home wait for, by name."""
    return await _items(home, await reach(home))


async def _items(home: Home, client: Client) -> tuple[WorkItem, ...]:
    mine = set(Ledger.open(home.ledger).searches()) if home.ledger.exists() else set[str]()
    with _asking("work"):
        ids = [found.id async for found in client.list_workflows(OPEN_WORK)]
    items = await asyncio.gather(*(_known(client, each) for each in ids if each.split("/")[1] in mine))
    return tuple(sorted((item for item in items if item), key=lambda item: (item.search, item.number)))


async def read_item(home: Home, name: str) -> WorkItem:
    """How one piece of work stands; Misuse when nobody waits for it."""
    workflow_id = _id(name)
    client = await reach(home)
    with _asking(name):
        return await _ask(client, workflow_id)


async def act(home: Home, name: str, update: str, argument: BaseModel, answer: type[Answer]) -> Answer:
    """One of `claim`, `submit`, `abandon`; Failed with the reason when it is refused."""
    workflow_id = _id(name)
    handle = (await reach(home)).get_workflow_handle(workflow_id)
    try:
        with _asking(name):
            # The SDK leaves an overload of this method without types.
            return await handle.execute_update(update, argument, result_type=answer, rpc_timeout=ANSWER_LIMIT)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise Failed("no worker is running: vibeserve up") from None
    except WorkflowUpdateFailedError as error:
        raise Failed(str(error.cause)) from None


def _id(name: str) -> str:
    return work_id(*split_item(name))


async def _ask(client: Client, workflow_id: str) -> WorkItem:
    return await client.get_workflow_handle(workflow_id).query("item", result_type=WorkItem, rpc_timeout=ANSWER_LIMIT)


async def _known(client: Client, workflow_id: str) -> WorkItem | None:
    """None when it ended a moment ago."""
    try:
        with _asking("work"):
            item = await _ask(client, workflow_id)
    except Misuse:
        return None
    return None if item.state == "handed in" else item


@contextmanager
def _asking(name: str) -> Generator[None]:
    """What an unanswered call about a piece of work means for a person."""
    try:
        yield
    except RPCError as error:
        if error.status in CLOSED:
            raise Misuse(f"nobody waits for {name}: `vibeserve work list` shows what is open") from None
        if error.status is RPCStatusCode.UNAVAILABLE:
            raise Failed("the Temporal server does not answer: vibeserve up") from None
        if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
            raise Failed("no worker is running: vibeserve up") from None
        raise
