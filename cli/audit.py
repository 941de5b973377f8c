"""`vibeserve audit`: prove from git alone that a search's history holds together."""

from typing import Annotated

import typer
from rich.text import Text

from activities.evaluation.digest import evaluator_digest
from activities.ledger.audit import Audit
from activities.ledger.errors import UnknownSearch
from cli.lookup import open_ledger
from cli.mistakes import misuse
from cli.options import Json, Search
from cli.output import print_json, result
from cli.settings import find_home
from scenarios.registry import find_scenario

Since = Annotated[str | None, typer.Option(metavar="COMMIT", help="A journal head that an earlier audit told.", show_default=False)]


def audit(name: Search, since: Since = None, as_json: Json = False) -> None:
    """Prove from git alone that a search's history holds together.

    Every promotion has its tag, its pairs and their figures; every verdict its record; nothing that is written once was changed.
    Git cannot show that a whole history was replaced by another one: note the journal's head, and name it with --since later.
    Exit code 1 when something does not hold.

    \b
    Examples:
      vibeserve audit first
      vibeserve audit first --since 3f2a9c --json
    """
    ledger = open_ledger(find_home())
    with misuse(UnknownSearch):
        spec = ledger.read_spec(name)
    found = ledger.audit(name, evaluator=evaluator_digest(find_scenario(spec.scenario)), since=since)
    if as_json:
        print_json(found)
    else:
        result.print(picture(found))
    if not found.sound:
        raise typer.Exit(1)


def picture(found: Audit) -> Text:
    """The audit for a person."""
    walked = f"{found.candidates} candidates, {found.promotions} promotions, {found.pairs} pairs, {found.verbs} verbs of operators"
    walked += f", {found.journal_commits} journal commits"
    text = Text.assemble(("sound  ", "bold green") if found.sound else ("broken  ", "bold red"), (found.search, "bold"), f"  {walked}")
    for finding in found.findings:
        text.append(f"\n  {finding.subject}: {finding.problem}", style="red")
    text.append(f"\n{found.recomputed} intervals computed again from their pairs")
    return text.append(f"\njournal head {found.head}  (a later audit with --since proves that this was only added to)", style="dim")
