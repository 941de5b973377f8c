"""`vibeserve up`: start the engine of this home."""

import asyncio
from typing import Annotated

import typer

from cli.embedded import ensure_up
from cli.examination import require_machine
from cli.options import Json
from cli.output import print_json, say
from cli.residence import ensure_page
from cli.settings import find_home
from cli.status import describe


def up(
    target: Annotated[str, typer.Option(help="What the worker measures on.")] = "cpu",
    as_json: Json = False,
) -> None:
    """Start the engine of this home.

    That is the embedded Temporal server, a worker and the web page, detached from the terminal. Searches go on from where they were.
    With TEMPORAL_ADDRESS or a Temporal profile set, no server is started.

    \b
    Examples:
      vibeserve up
      TEMPORAL_ADDRESS=temporal.example:7233 vibeserve up
    """
    home = find_home()
    require_machine(home)
    state = asyncio.run(ensure_up(home, say, target=target))
    ensure_page(home, say)
    if as_json:
        print_json(state)
    else:
        describe(state)
