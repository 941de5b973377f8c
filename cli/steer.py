"""`vibeserve steer`, `park` and `reopen`: what a search should try, and what it should not."""

import asyncio
from typing import Annotated

import typer

from activities.home import Home
from cli.lookup import find_entries, open_ledger
from cli.mistakes import Misuse
from cli.options import Search
from cli.orders import Author, Why, order_of, send
from cli.output import say
from cli.settings import find_home
from search.verb import Park, Reopen, Steer

Hypothesis = Annotated[str, typer.Argument(metavar="N|CLAIM", help="A candidate's number, or the claim itself.", show_default=False)]


def steer(
    name: Search,
    text: Annotated[str, typer.Argument(help="The hint, in your words.", show_default=False)],
    why: Why = "",
    author: Author = None,
) -> None:
    """Give a hint to whoever plans and writes.

    The next briefs of the planner, of implementers and of outside authors tell it. A policy of recipes cannot read it, and says so.

    \b
    Examples:
      vibeserve steer first "the attention of long prompts is what costs; leave sampling alone"
    """
    if not text.strip() or len(text) > 4000:
        raise Misuse("a hint has between 1 and 4000 characters")
    say(asyncio.run(send(find_home(), name, order_of(Steer(text=text), author=author, why=why))))


def park(name: Search, hypothesis: Hypothesis, why: Why = "", author: Author = None) -> None:
    """Let nobody propose a hypothesis any more.

    A policy leaves out every step with that claim, planners and outside authors are told, and a plan that repeats it is refused.
    A candidate in flight goes on.

    \b
    Examples:
      vibeserve park first 3 --why "we want no quantisation"
    """
    claim = find_claim(find_home(), name, hypothesis)
    say(asyncio.run(send(find_home(), name, order_of(Park(claim=claim), author=author, why=why))))


def reopen(name: Search, hypothesis: Hypothesis, why: Why = "", author: Author = None) -> None:
    """Let a parked hypothesis be proposed again.

    \b
    Examples:
      vibeserve reopen first 3
    """
    claim = find_claim(find_home(), name, hypothesis)
    say(asyncio.run(send(find_home(), name, order_of(Reopen(claim=claim), author=author, why=why))))


def find_claim(home: Home, search: str, hypothesis: str) -> str:
    """The claim that a person means; Misuse for a number that no candidate has."""
    ledger = open_ledger(home)
    find_entries(ledger, search)
    if not hypothesis.strip().isdecimal():
        return hypothesis.strip()
    number = int(hypothesis)
    begun = {flight.number: flight.hypothesis.claim for flight in ledger.flights(search)}
    known = begun | {record.number: record.hypothesis.claim for record in ledger.records(search)}
    if number == 0 or number not in known:
        raise Misuse(
            f"the search {search} has no candidate {number} with a hypothesis; it has: {', '.join(map(str, sorted(known))) or 'none'}"
        )
    return known[number]
