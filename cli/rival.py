"""`vibeserve rival`: the generic engines that a candidate can be compared with."""

import asyncio

import typer
from rich.table import Table
from rich.text import Text

from activities.evaluation.rivals.place import Missing, find_place
from activities.evaluation.rivals.registry import find_entrant, rivals
from cli.options import Json
from cli.output import print_json, result
from cli.settings import find_rivals
from search.value import Value

app = typer.Typer(help="Generic engines to compare with.")


class Listed(Value):
    """One rival."""

    name: str
    title: str
    targets: tuple[str, ...]
    precisions: tuple[str, ...]
    documentation: str
    version: str | None
    """None where it is not installed."""
    missing: str = ""
    """What is not there."""
    install: str = ""
    """Commands that install it."""


@app.command("list")
def list_rivals(as_json: Json = False) -> None:
    """List the rivals: the installed ones with their version, the others with what installs them.

    They are looked for in $VIBESERVE_RIVALS/NAME, or in the home's rivals/NAME.

    \b
    Examples:
      vibeserve rival list
      vibeserve rival list --json
    """
    listed = asyncio.run(_look())
    if as_json:
        print_json(listed)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("rival", "targets", "precisions", "installed", "what it is"):
        table.add_column(name)
    for each in listed:
        version = Text(each.version or "yes", style="green") if each.version is not None else Text("no", style="yellow")
        table.add_row(each.name, ", ".join(each.targets), ", ".join(each.precisions), version, Text(each.title))
    result.print(table)
    for each in listed:
        if each.version is None:
            result.print(Text.assemble(f"\n# {each.name}: {each.missing}\n", each.install), soft_wrap=True)


async def _look() -> list[Listed]:
    return [await _listed(name) for name in rivals()]


async def _listed(name: str) -> Listed:
    rival = rivals()[name]
    found = await find_place(find_entrant(name), find_rivals())
    known = Listed(
        name=name,
        title=rival.title,
        targets=rival.targets,
        precisions=tuple(rival.precisions),
        documentation=rival.documentation,
        version=None,
    )
    if isinstance(found, Missing):
        return known.model_copy(update={"missing": found.reason, "install": found.install})
    return known.model_copy(update={"version": found.version})
