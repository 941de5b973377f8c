"""`vibeserve budget`: raise or lower what a running search may spend."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from activities.home import Home
from cli.asked import check_affordable
from cli.lookup import find_entries, open_ledger
from cli.mistakes import Misuse
from cli.options import Search
from cli.orders import Author, Why, order_of, send
from cli.output import say
from cli.settings import find_home
from search.spec import Budget
from search.verb import Amend, current_budget

Hours = Annotated[float | None, typer.Option(min=0.001, help="Wall clock from the beginning.", show_default=False)]


def budget(
    name: Search,
    candidates: Annotated[int | None, typer.Option(min=1, help="Candidates besides the starter.", show_default=False)] = None,
    hours: Hours = None,
    usd: Annotated[float | None, typer.Option(min=0.01, help="Dollars for models.", show_default=False)] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Tokens of models.", show_default=False)] = None,
    device_hours: Annotated[float | None, typer.Option(min=0.001, help="Time on the device.", show_default=False)] = None,
    why: Why = "",
    author: Author = None,
) -> None:
    """Change what a search may spend, in all.

    What is left out stays as it is. A limit below what is spent already is refused; one that is reached lets what runs end, and then the
    search ends in order with its report.

    \b
    Examples:
      vibeserve budget first --candidates 40 --hours 8
    """
    changes: dict[str, object] = {
        "candidates": candidates,
        "wall_clock": timedelta(hours=hours) if hours else None,
        "dollars": usd,
        "tokens": tokens,
        "device_seconds": device_hours * 3600 if device_hours else None,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        raise Misuse("name at least one limit: --candidates, --hours, --usd, --tokens or --device-hours")
    home = find_home()
    if usd is not None:
        check_affordable(open_ledger(home).read_spec(name).agent, usd, home)
    amended = known_budget(home, name).model_copy(update=given)
    say(asyncio.run(send(home, name, order_of(Amend(budget=amended), author=author, why=why))))


def known_budget(home: Home, search: str) -> Budget:
    """As it stands after all that operators changed."""
    ledger = open_ledger(home)
    find_entries(ledger, search)
    return current_budget(ledger.read_spec(search), ledger.verbs(search))
