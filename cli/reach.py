"""Reaches a running search, and says in one line why it cannot be reached."""

from collections.abc import Generator
from contextlib import contextmanager

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.home import Home
from cli.embedded import EngineFailed, inspect, open_client
from cli.mistakes import Failed, Misuse


async def reach(home: Home) -> Client:
    """A client of this home's engine; raises Failed when it does not answer."""
    try:
        return await open_client(home)
    except EngineFailed:
        raise
    except RuntimeError as error:
        raise Failed(f"Temporal does not answer at {inspect(home).address}: {error}") from None


@contextmanager
def asking(name: str) -> Generator[None]:
    """What an unanswered call about the search `name` means for a person."""
    try:
        yield
    except RPCError as error:
        match error.status:
            case RPCStatusCode.NOT_FOUND:
                raise Misuse(f"Temporal knows no running search named {name}; `vibeserve list` shows those of this home") from None
            case RPCStatusCode.UNAVAILABLE:
                raise Failed("the Temporal server does not answer: vibeserve up") from None
            case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
                raise Failed("no worker is running: vibeserve up") from None
            case _:
                raise
