"""`vibeserve scenario`: what can be served."""

import typer
from rich.table import Table
from rich.text import Text

from cli.options import Json
from cli.output import print_json, result
from scenarios.registry import SCENARIOS
from search.value import Value

app = typer.Typer(help="What can be served, and how it is judged.")


class Listed(Value):
    """One scenario in one line."""

    name: str
    title: str
    family: str
    api: str
    metric: str


@app.command("list")
def list_scenarios(as_json: Json = False) -> None:
    """List the scenarios.

    \b
    Examples:
      vibeserve scenario list
      vibeserve scenario list --json
    """
    listed = [Listed(name=s.name, title=s.title, family=s.family, api=s.api, metric=str(s.metric)) for s in SCENARIOS.values()]
    if as_json:
        print_json(listed)
        return
    table = Table("scenario", "title", "models", "API", "wins by", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for each in listed:
        table.add_row(*map(Text, (each.name, each.title, each.family, each.api, each.metric)))
    result.print(table)
