"""Reaches a running search, and says in one line why it cannot be reached."""

from collections.abc import Generator
from contextlib import contextmanager

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.home import Home
from cli.embedded import EngineFailed, inspect, open_client
from cli.mistakes import Failed, Misuse
from cli.temporal import RPC_LIMIT
from workflows.identity import search_id


async def reach(home: Home) -> Client:
    """A client of this home's engine; raises Failed when it does not answer."""
    try:
        return await open_client(home)
    except EngineFailed:
        raise
    except RuntimeError as error:
        raise Failed(f"Temporal does not answer at {inspect(home).address}: {error}") from None


async def is_running(client: Client, search: str) -> bool:
    """Whether Temporal knows a search and it has not ended."""
    try:
        description = await client.get_workflow_handle(search_id(search)).describe(rpc_timeout=RPC_LIMIT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return description.status is WorkflowExecutionStatus.RUNNING


@contextmanager
def asking(name: str) -> Generator[None]:
    """What an unanswered call about the search `name` means for a person."""
    try:
        yield
    except RPCError as error:
        match error.status:
            case RPCStatusCode.NOT_FOUND:
                raise Misuse(
                    f"{name} does not run: `vibeserve history {name}` tells how it ended, `vibeserve fork {name} N --name NEW` begins "
                    f"another from one of its candidates, and `vibeserve resume {name} --from-ledger` takes up one that Temporal has lost"
                ) from None
            case RPCStatusCode.UNAVAILABLE:
                raise Failed("the Temporal server does not answer: vibeserve up") from None
            case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
                raise Failed("no worker is running: vibeserve up") from None
            case _:
                raise
