"""`vibeserve export` and `vibeserve import`: a search as one file, and back into a home."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from temporalio.service import RPCError

from activities.evaluation.digest import evaluator_digest
from activities.histories import keep_histories
from activities.home import Home
from activities.ledger.bundle import BrokenBundle
from activities.ledger.errors import UnknownSearch
from activities.ledger.ledger import Ledger
from cli.audit import picture
from cli.embedded import inspect
from cli.figures import size
from cli.lookup import open_ledger
from cli.mistakes import Failed, Misuse, failure, misuse
from cli.options import Json, Search
from cli.output import print_json, result, say
from cli.reach import reach
from cli.settings import find_home
from scenarios.registry import find_scenario
from search.value import Value
from workflows.identity import search_id

To = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.", show_default=False)]
From = Annotated[Path, typer.Argument(metavar="FILE", help="A file that `vibeserve export` wrote.", show_default=False)]


class Exported(Value):
    """A search in a file."""

    search: str
    file: Path
    size_bytes: int


def export_search(name: Search, file: To, as_json: Json = False) -> None:
    """Write a search to one file.

    It holds every candidate, verdict, pair and journal entry as a git bundle, which plain git reads too. Models are not in it:
    they are made from their preset, or obtained again.

    \b
    Examples:
      vibeserve export first first.bundle
      git clone --mirror first.bundle first.git
    """
    if not file.absolute().parent.is_dir():
        raise Misuse(f"{file.absolute().parent} is not a folder")
    home = find_home()
    ledger = open_ledger(home)
    with misuse(UnknownSearch):
        ledger.read_spec(name)
    asyncio.run(_add_histories(home, ledger, name))
    written = ledger.export(name, file)
    exported = Exported(search=name, file=file.absolute(), size_bytes=written)
    if as_json:
        print_json(exported)
    else:
        result.print(f"{exported.file}  {size(written)}", highlight=False, soft_wrap=True)


async def _add_histories(home: Home, ledger: Ledger, name: str) -> None:
    """What Temporal knows of the search up to now, where it runs; the ledger of one that does not is whole without."""
    state = inspect(home)
    if not state.server_running:
        return
    try:
        client = await reach(home)
        kept = await keep_histories(ledger, client, name, search_id(name), when=datetime.now(UTC))
    except (Failed, RPCError) as reason:
        say(f"without Temporal's histories: {reason}")
        return
    say(f"{kept} histories of Temporal are in its journal")


def import_search(file: From, as_json: Json = False) -> None:
    """Take a search from a file into this home, and audit it.

    A search that this home knows already may only grow by it. Exit code 1 when the file cannot be taken, or when the audit finds something.

    \b
    Examples:
      vibeserve import first.bundle
      VIBESERVE_HOME=elsewhere vibeserve import first.bundle
    """
    if not file.is_file():
        raise Misuse(f"{file} is not a file")
    home = find_home()
    home.root.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(home.ledger)
    with failure(BrokenBundle):
        name = ledger.take(file)
    found = ledger.audit(name, evaluator=evaluator_digest(find_scenario(ledger.read_spec(name).scenario)))
    if as_json:
        print_json(found)
    else:
        result.print(picture(found))
        say(f"next:  vibeserve history {name}")
    if not found.sound:
        raise typer.Exit(1)
