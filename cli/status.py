"""`vibeserve status`: what runs for this home and where to reach it."""

from rich.table import Table
from rich.text import Text

from cli.embedded import EngineState, inspect
from cli.options import Json
from cli.output import print_json, result
from cli.residence import find_page
from cli.settings import find_home


def status(as_json: Json = False) -> None:
    """Say what runs for this home and where.

    \b
    Examples:
      vibeserve status
      vibeserve status --json
    """
    state = inspect(find_home())
    if as_json:
        print_json(state)
    else:
        describe(state)


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


def _server(state: EngineState) -> Text:
    if not state.embedded:
        return Text(f"cluster {state.address}, namespace {state.namespace}")
    if not state.server_running:
        return Text("not running: vibeserve up", style="yellow")
    return Text.assemble(("running", "green"), f" at {state.address}, namespace {state.namespace}")
