"""Sends what an operator asks for to a running search, and waits for the answer."""

import getpass
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowUpdateStage

from activities.home import Home
from cli.mistakes import Failed, Misuse
from cli.output import say
from cli.reach import asking, reach
from search.verb import Act, Order
from workflows.identity import search_id

ACCEPT_LIMIT = timedelta(seconds=10)
POLL_LIMIT = timedelta(seconds=20)
Author = Annotated[str | None, typer.Option(help="Who says so; it is kept with the search.", show_default="you")]
Why = Annotated[str, typer.Option(help="Why; it is kept with the search.", show_default=False)]


def order_of(act: Act, *, author: str | None, why: str) -> Order:
    """What is sent; Misuse when a text is empty or too long."""
    try:
        return Order(author=author or getpass.getuser(), why=why, act=act)
    except ValidationError as error:
        raise Misuse(f"--{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None


async def send(home: Home, name: str, order: Order) -> str:
    """What the search answers; Failed with its reason when it refuses."""
    client = await reach(home)
    handle = client.get_workflow_handle(search_id(name))
    with asking(name):
        try:
            # The SDK leaves an overload of this method without types.
            update = await handle.start_update(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
                "act", order, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=str, rpc_timeout=ACCEPT_LIMIT
            )
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise Failed("no worker is running: vibeserve up") from None
        while True:
            try:
                return str(await update.result(rpc_timeout=POLL_LIMIT))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                say("it is accepted and waits for what runs")
            except WorkflowUpdateFailedError as error:
                raise Failed(str(error.cause)) from None
