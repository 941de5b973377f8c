"""`vibeserve rescore`: judge the frontier of a search again by the evaluator and the machine of today."""

import asyncio
import getpass
from typing import Annotated

import typer

from activities.review_task import Wish
from cli.lookup import find_entries, open_ledger
from cli.options import Search
from cli.output import say
from cli.reopen import ask_again
from cli.settings import find_home

Author = Annotated[str | None, typer.Option(help="Who says so; it is kept with the search.", show_default="you")]


def rescore(
    name: Search,
    why: Annotated[str, typer.Option(help="Why; it is kept with the search.")] = "asked for by hand",
    author: Author = None,
) -> None:
    """Judge a search's frontier again.

    The starter, the champions and those left undecided above 1 go through all gates again and duel again, from the starter up; the
    champion is chosen anew. Old verdicts stay in history. A search that has ended is taken up from its ledger for this alone.

    \b
    Examples:
      vibeserve rescore first
      vibeserve rescore first --why "the kernel was updated"
    """
    home = find_home()
    ledger = open_ledger(home)
    find_entries(ledger, name)
    say(asyncio.run(ask_again(home, ledger, name, "rescore", Wish(author=author or getpass.getuser(), why=why), str)))
    say(f"look at it: vibeserve watch {name}   what came of it: vibeserve history {name}")
