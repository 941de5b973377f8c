"""`vibeserve watch`: look at a running search; looking does not disturb it."""

import asyncio

from activities.home import Home
from cli.embedded import inspect
from cli.live import first_sight, follow
from cli.options import Json, Search
from cli.output import print_json, say
from cli.reach import asking, reach
from cli.settings import find_home
from cli.summary import summarize
from workflows.progress import Progress

WORKER_PATIENCE_SECONDS = 60.0


def watch(name: Search, as_json: Json = False) -> None:
    """Look at a search until it ends.

    Shows what runs now, the gates passed, the duel's interval, the champion and the budgets. Ctrl-C leaves it running.
    With --json it prints where the search stands now, and returns.

    \b
    Examples:
      vibeserve watch first
      vibeserve watch first --json
    """
    try:
        progress = asyncio.run(_snapshot(name) if as_json else _follow(name))
    except KeyboardInterrupt:
        say(how_to_come_back(name))
        return
    if as_json:
        print_json(progress)
    else:
        summarize(progress)


def how_to_come_back(name: str) -> str:
    """What to type after leaving a view."""
    return f"the search {name} goes on. Come back: vibeserve watch {name}   End it: vibeserve stop {name}"


def patience(home: Home) -> float:
    """A worker that lives may be busy or just starting; where none lives there is nothing to wait for."""
    state = inspect(home)
    return WORKER_PATIENCE_SECONDS if state.worker_running or not state.embedded else 0.0


async def _snapshot(name: str) -> Progress:
    with asking(name):
        return (await first_sight(await reach(find_home()), name, patience_seconds=patience(find_home()))).progress


async def _follow(name: str) -> Progress:
    with asking(name):
        return await follow(await reach(find_home()), name, patience_seconds=patience(find_home()))
