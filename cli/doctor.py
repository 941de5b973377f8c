"""`vibeserve doctor`: what this machine has, what is missing, and what to do about it."""

import typer
from rich.table import Table
from rich.text import Text

from cli.examination import Finding, examine
from cli.mistakes import Failed
from cli.options import Json
from cli.output import print_json, result
from cli.settings import find_home

MARKS = {"ok": ("ok", "green"), "poor": ("poor", "yellow"), "missing": ("missing", "bold red")}


def doctor(as_json: Json = False) -> None:
    """Check what is installed and say what to do.

    Exit code 1 when something essential is missing.

    \b
    Examples:
      vibeserve doctor
      vibeserve doctor --json
    """
    findings = examine(find_home())
    if as_json:
        print_json(findings)
    else:
        result.print(_table(findings))
    missing = [finding.name for finding in findings if finding.state == "missing"]
    if missing and as_json:
        raise typer.Exit(1)
    if missing:
        raise Failed(f"missing: {', '.join(missing)}")


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        mark, style = MARKS[finding.state]
        told = Text(finding.found)
        if finding.remedy:
            told.append(f"\n{finding.remedy}", style="bold")
        table.add_row(Text(mark, style=style), finding.name, told)
    return table
