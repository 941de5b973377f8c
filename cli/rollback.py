"""`vibeserve rollback` and `vibeserve retry`: an earlier champion again, or an earlier candidate once more."""

import asyncio
from typing import Annotated

import typer

from cli.lookup import find_entry, open_ledger
from cli.options import Search
from cli.orders import Author, Why, order_of, send
from cli.output import say
from cli.reopen import ask_again
from cli.settings import find_home
from search.verb import Retry, Rollback

Number = Annotated[int, typer.Argument(min=0, metavar="N", help="The candidate; 0 is the starter.", show_default=False)]
Failed = Annotated[int, typer.Argument(min=1, metavar="N", help="The candidate.", show_default=False)]


def rollback(name: Search, number: Number, why: Why = "", author: Author = None) -> None:
    """Make an earlier champion the champion again.

    Those promoted after it are recorded as rolled back; nothing that was written changes, and a later rollback can undo it. A duel that
    runs is finished, and fought again against the new champion. A candidate that never won a duel cannot be the champion.
    A search that has ended is taken up from its ledger for this alone.

    \b
    Examples:
      vibeserve rollback first 3 --why "candidate 5 is hard to maintain"
      vibeserve rollback first 0
    """
    home = find_home()
    ledger = open_ledger(home)
    find_entry(ledger, name, number)
    order = order_of(Rollback(number=number), author=author, why=why)
    say(asyncio.run(ask_again(home, ledger, name, "act", order, str)))


def retry(name: Search, number: Failed, why: Why = "", author: Author = None) -> None:
    """Judge a candidate's tree once more, as a new candidate.

    For verdicts that the machine spoiled: rejected, or undecided. It takes a place in the budget. A tree that was measured and is not
    better is refused, and so is a third try: dice that are rolled until they win prove nothing.

    \b
    Examples:
      vibeserve retry first 4 --why "another program used the cores"
    """
    find_entry(open_ledger(find_home()), name, number)
    say(asyncio.run(send(find_home(), name, order_of(Retry(number=number), author=author, why=why))))
