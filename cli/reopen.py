"""Asks a search for a second look: one that runs as it is, one that has ended by taking it up from its ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.chronicle import read_conclusion
from cli.embedded import ensure_up
from cli.mistakes import Failed, Misuse
from cli.output import say
from cli.reach import asking, reach
from search.value import Value
from workflows.identity import SEARCHES_QUEUE, search_id
from workflows.restoration import restore
from workflows.state import SearchState

Answer = TypeVar("Answer")

ACCEPT_LIMIT = timedelta(seconds=60)
POLL_LIMIT = timedelta(seconds=20)


async def ask_again(home: Home, ledger: Ledger, name: str, update: str, asked: Value, answer: type[Answer]) -> Answer:
    """Send an update that judges again and wait for its answer, however long that takes."""
    state = read_state(ledger, name)
    await ensure_up(home, say, target=state.spec.target)
    with asking(name):
        client = await reach(home)
        try:
            return await _send(client, state, update, asked, answer)
        except WorkflowUpdateFailedError as error:
            raise Failed(str(error.cause)) from None


def read_state(ledger: Ledger, name: str) -> SearchState:
    """The state of a search as its ledger tells it; Misuse for one without a champion."""
    facts: Mapping[str, str] = ledger.read_facts(name)
    conclusion = read_conclusion(ledger, name)
    state = restore(
        ledger.read_spec(name),
        facts,
        ledger.records(name),
        reviews=ledger.reviews(name),
        tests=ledger.tests(name),
        reason=conclusion.reason if conclusion else "",
        now=datetime.now(UTC),
    )
    if state is None:
        raise Misuse(
            f"the search {name} has no champion yet: there is nothing to judge again; `vibeserve watch {name}` shows how far it is"
        )
    return state


async def _send(client: Client, state: SearchState, update: str, asked: Value, answer: type[Answer]) -> Answer:
    """The start counts only where the search does not run."""
    # The SDK leaves the types of a workflow that is named by a string open.
    operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        "Search",
        state,
        id=search_id(state.spec.name),
        task_queue=SEARCHES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    handle = await client.start_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        update,
        asked,
        start_workflow_operation=operation,
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        result_type=answer,
        rpc_timeout=ACCEPT_LIMIT,
    )
    while True:
        try:
            return await handle.result(rpc_timeout=POLL_LIMIT)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            say("it is still at work")
