"""`vibeserve pause` and `vibeserve parallel`: how much of a search runs at once, down to nothing."""

import asyncio
from typing import Annotated

import typer

from cli.options import Search
from cli.orders import Author, Why, order_of, send
from cli.output import say
from cli.settings import find_home
from search.verb import Pause, Widen


def pause(
    name: Search,
    now: Annotated[bool, typer.Option("--now", help="Cut off what runs; it begins again afterwards.")] = False,
    why: Why = "",
    author: Author = None,
) -> None:
    """Let a search begin nothing until it is resumed.

    What runs is finished first, or cut off with --now: then a candidate begins again under its number, what its author wrote is kept and
    not paid twice, and its duel is fought anew. While nothing runs, the wall clock stands still.

    \b
    Examples:
      vibeserve pause first
      vibeserve pause first --now --why "the machine is needed"
    """
    say(asyncio.run(send(find_home(), name, order_of(Pause(now=now), author=author, why=why))))


def parallel(
    name: Search,
    in_flight: Annotated[int, typer.Argument(min=1, max=100, metavar="K", help="Candidates in flight.", show_default=False)],
    why: Why = "",
    author: Author = None,
) -> None:
    """Change how many candidates a search keeps in flight.

    With fewer than before, those that run are finished.

    \b
    Examples:
      vibeserve parallel first 4
    """
    say(asyncio.run(send(find_home(), name, order_of(Widen(parallel=in_flight), author=author, why=why))))
