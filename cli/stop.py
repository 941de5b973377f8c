"""`vibeserve stop`: end a search in order."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError

from activities.home import Home
from cli.mistakes import Failed
from cli.options import Search
from cli.output import say
from cli.reach import asking, reach
from cli.settings import find_home
from workflows.identity import search_id

ANSWER_LIMIT = timedelta(seconds=10)


def stop(
    name: Search,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the search.")] = "stopped by hand",
) -> None:
    """End a search in order.

    What runs is cancelled, what is finished stays in the ledger.

    \b
    Examples:
      vibeserve stop first
      vibeserve stop first --reason "good enough"
    """
    say(asyncio.run(stop_search(find_home(), name, reason)))


async def stop_search(home: Home, name: str, reason: str) -> str:
    """End a search of the home; what it answers."""
    client = await reach(home)
    handle = client.get_workflow_handle(search_id(name))
    try:
        with asking(name):
            # The SDK leaves an overload of this method without types.
            answer = await handle.execute_update("stop", reason, result_type=str, rpc_timeout=ANSWER_LIMIT)  # pyright: ignore[reportUnknownMemberType]
            return str(answer)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise Failed("no worker is running: vibeserve up") from None
    except WorkflowUpdateFailedError as error:
        raise Failed(str(error.cause)) from None
