"""`vibeserve status`: what runs for this home, where to reach it, and what models have cost."""

import asyncio

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from temporalio.service import RPCError

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.bill import Bill, candidate_table, read_bills, role_table
from cli.embedded import EngineState, inspect
from cli.mistakes import Failed
from cli.options import Json
from cli.output import print_json, result, say
from cli.reach import is_running, reach
from cli.residence import find_page
from cli.settings import find_home
from cli.temporal import NoWorker, heartbeats, survey
from search.value import Value


class Busy(Value):
    """A search that runs, and what its steps wait for."""

    search: str
    phase: str
    waits: tuple[str, ...] = ()
    """The last words of each step in flight: where a model's limit is reached, when it is asked again."""


NEWEST = 10
"""Candidates whose cost is shown; `--json` and `vibeserve show` tell of all."""


class Status(EngineState):
    """The engine, what it works on, and what each search of models has cost."""

    searches: tuple[Busy, ...] = ()
    bills: tuple[Bill, ...] = ()


def status(as_json: Json = False) -> None:
    """Say what runs for this home and where, what each search waits for, and what models cost in it.

    \b
    Examples:
      vibeserve status
      vibeserve status --json
    """
    home = find_home()
    state = inspect(home)
    searches = asyncio.run(_searches(home)) if state.server_running and state.worker_running else ()
    bills = read_bills(Ledger.open(home.ledger)) if home.ledger.exists() else ()
    if as_json:
        print_json(Status(**dict(state), searches=searches, bills=bills))
        return
    describe(state)
    for busy in searches:
        result.print(Text.assemble((busy.search, "bold cyan"), f"  {busy.phase}"))
        for words in busy.waits:
            result.print(Text(f"  {words}", style="dim"))
    for bill in bills:
        result.print(_bill(bill))


async def _searches(home: Home) -> tuple[Busy, ...]:
    """Those of this home that run; none where nobody answers."""
    if not home.ledger.exists():
        return ()
    found: list[Busy] = []
    try:
        client = await reach(home)
        for name in Ledger.open(home.ledger).searches():
            if await is_running(client, name):
                progress = await survey(client, name)
                words = await heartbeats(client, name, progress.runners)
                waits = tuple(f"#{number} {text}" for number, text in words.items())
                found.append(Busy(search=name, phase=progress.phase, waits=waits))
    except (NoWorker, Failed, RPCError) as reason:
        say(f"what runs is not known: {reason}")
    return tuple(found)


def describe(state: EngineState) -> None:
    """The engine as a table."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    table.add_row("home", Text(str(find_home().root)))
    table.add_row("Temporal", _server(state))
    table.add_row("worker", Text("running", style="green") if state.worker_running else Text("not running: vibeserve up", style="yellow"))
    page = find_page(find_home())
    table.add_row("web page", Text(page.address) if page else Text("not running: vibeserve ui", style="yellow"))
    if state.ui_url:
        table.add_row("Temporal's page", Text(state.ui_url))
    if state.pids:
        table.add_row("processes", " ".join(map(str, state.pids)))
    result.print(table)


def _bill(bill: Bill) -> RenderableType:
    title = Text.assemble(("\nmodels of ", "bold"), (bill.search, "bold cyan"), (", candidates that have ended", "dim"))
    if not bill.candidates:
        return Group(title, Text("none yet"))
    return Group(title, role_table(bill.spending), Text(""), candidate_table(bill.candidates[-NEWEST:]))


def _server(state: EngineState) -> Text:
    if not state.embedded:
        return Text(f"cluster {state.address}, namespace {state.namespace}")
    if not state.server_running:
        return Text("not running: vibeserve up", style="yellow")
    return Text.assemble(("running", "green"), f" at {state.address}, namespace {state.namespace}")
