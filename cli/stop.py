"""`vibeserve stop`: end a search in order."""

import asyncio
from typing import Annotated

import typer

from activities.home import Home
from cli.options import Search
from cli.orders import Author, order_of, send
from cli.output import say
from cli.settings import find_home
from search.verb import Stop


def stop(
    name: Search,
    why: Annotated[str, typer.Option(help="Why; it is kept with the search.")] = "stopped by hand",
    author: Author = None,
) -> None:
    """End a search in order.

    What runs is cancelled, what is finished stays in the ledger.

    \b
    Examples:
      vibeserve stop first
      vibeserve stop first --why "good enough"
    """
    say(asyncio.run(stop_search(find_home(), name, why, author=author)))


async def stop_search(home: Home, name: str, why: str, *, author: str | None = None) -> str:
    """End a search of the home; what it answers."""
    return await send(home, name, order_of(Stop(), author=author, why=why))
