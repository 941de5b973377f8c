"""`vibeserve work`: candidates that wait for an author outside of VibeServe, a person or a coding agent."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from activities.agents.work_folder import lay_out, read_work
from activities.home import Home
from activities.ledger.errors import UnfitFiles
from activities.ledger.ledger import Ledger
from activities.work_task import Handing, Stated
from cli.lookup import open_ledger
from cli.mistakes import Misuse, misuse
from cli.options import Json
from cli.output import print_json, result, say
from cli.settings import find_home
from cli.work_items import act, list_items, open_items, read_item
from search.hypothesis import Hypothesis
from search.value import Value
from workflows.work_item import LONGEST_MINUTES, Claim, GivingUp, Lease, WorkItem

app = typer.Typer(help="Write candidates by hand or with any coding agent: what waits, take it, hand it in.")

Item = Annotated[str, typer.Argument(metavar="ID", help="SEARCH/NUMBER, as `vibeserve work list` shows it.", show_default=False)]
By = Annotated[str, typer.Option("--as", envvar=["VIBESERVE_AUTHOR", "USER"], help="Who you are to others.", show_default="your user name")]
ANYBODY = "somebody"
OPTIONS = {"by": "as", "expected_ratio": "expect", "reason": "why"}

Made = TypeVar("Made", bound=Value)


class Shown(Value):
    """A piece of work, where to do it, and what is asked."""

    item: WorkItem
    folder: Path
    brief: str


class Told(Value):
    """What an act led to."""

    item: str
    told: str


class Claimed(Value):
    """A lease, and where to work."""

    item: str
    lease: Lease
    folder: Path


@app.command("list")
def list_work(
    wait: Annotated[bool, typer.Option("--wait", help="Wait until one is open. Asking again and again disturbs what is measured.")] = False,
    as_json: Json = False,
) -> None:
    """List the work that searches with `--agent external` wait for.

    \b
    Examples:
      vibeserve work list
      vibeserve work list --wait --json
    """
    items = asyncio.run(open_items(find_home()) if wait else list_items(find_home()))
    if as_json:
        print_json(items)
    elif items:
        result.print(_table(items))
    else:
        say("no search waits for an author: `vibeserve search chat --agent external --detach` begins one that does")


@app.command("show")
def show_work(item: Item, as_json: Json = False) -> None:
    """Show the brief of a piece of work, and its folder.

    The folder is made from the ledger when it is missing; one that exists is left as it is.

    \b
    Examples:
      vibeserve work show first/3
      vibeserve work show first/3 --json
    """
    home = find_home()
    shown = _shown(home, asyncio.run(read_item(home, item)))
    if as_json:
        print_json(shown)
        return
    result.print(Markdown(shown.brief) if result.is_terminal else Text(shown.brief), soft_wrap=not result.is_terminal)
    result.print(Text(f"{_state(shown.item)}\nfolder: {shown.folder}"), soft_wrap=True)


@app.command("claim")
def claim_work(
    item: Item,
    minutes: Annotated[float, typer.Option(min=0.01, max=LONGEST_MINUTES, help="How long it is yours.")] = 60.0,
    by: By = ANYBODY,
    as_json: Json = False,
) -> None:
    """Take a piece of work for a while.

    Nobody else can hand it in meanwhile. After that time it is open again; claim it once more to go on.

    \b
    Examples:
      vibeserve work claim first/3
      vibeserve work claim first/3 --minutes 240 --as ann
    """
    home = find_home()
    lease = asyncio.run(act(home, item, "claim", _made(Claim, by=by, minutes=minutes), Lease))
    folder = _shown(home, asyncio.run(read_item(home, item))).folder
    if as_json:
        print_json(Claimed(item=item, lease=lease, folder=folder))
        return
    say(f"{item} is yours ({lease.by}) until {_when(lease.until)}; its brief is BRIEF.md in")
    result.print(Text(str(folder)), soft_wrap=True)


@app.command("submit")
def submit_work(
    item: Item,
    folder: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="What to hand in.", show_default="the work's folder")] = None,
    claim: Annotated[str | None, typer.Option(help="What will be faster, in one falsifiable sentence.", show_default=False)] = None,
    mechanism: Annotated[str | None, typer.Option(help="Why: which work is avoided or done in a cheaper way.", show_default=False)] = None,
    falsifier: Annotated[str | None, typer.Option(help="Which measurement would show it wrong.", show_default=False)] = None,
    expect: Annotated[float | None, typer.Option(help="Expected speed over the champion, as 1.4.", show_default=False)] = None,
    by: By = ANYBODY,
    as_json: Json = False,
) -> None:
    """Hand a folder in as the candidate; its gates come next.

    What it tests is said with --claim, --mechanism, --falsifier and --expect; a repair may leave them out. BRIEF.md, hidden files and
    caches are not handed in. What a gate refuses comes back as a repair, at most three times.

    \b
    Examples:
      vibeserve work submit first/3 --claim "..." --mechanism "..." --falsifier "..." --expect 1.4
      vibeserve work submit first/3 --dir ./my-server
    """
    home = find_home()
    hypothesis = _hypothesis(claim=claim, mechanism=mechanism, falsifier=falsifier, expected_ratio=expect)
    waiting = asyncio.run(read_item(home, item))
    if hypothesis is None and waiting.hypothesis is None:
        raise Misuse(f"{item} has no hypothesis yet: say what it tests with --claim, --mechanism, --falsifier and --expect")
    tree = _keep(home, folder or home.work_folder(waiting.search, waiting.number))
    _tell(item, asyncio.run(act(home, item, "submit", Handing(by=by, tree=tree, hypothesis=hypothesis), str)), as_json=as_json)


@app.command("abandon")
def abandon_work(
    item: Item,
    why: Annotated[str, typer.Option(help="Why; it is kept as the candidate's verdict.", show_default=False)],
    by: By = ANYBODY,
    as_json: Json = False,
) -> None:
    """Give a candidate up; it ends as rejected with the reason.

    \b
    Examples:
      vibeserve work abandon first/3 --why "the cache cannot be shared between threads"
    """
    giving_up = _made(GivingUp, by=by, reason=why)
    _tell(item, asyncio.run(act(find_home(), item, "abandon", giving_up, str)), as_json=as_json)


def _shown(home: Home, item: WorkItem) -> Shown:
    """With its brief from the ledger, and the folder, which is made where it is missing."""
    if item.source is None:
        raise Misuse(f"{item.item} is being laid out; try again in a moment")
    ledger, folder = open_ledger(home), home.work_folder(item.search, item.number)
    brief = ledger.journal_text(item.search, item.brief) or ""
    if not folder.exists():
        lay_out(folder, ledger.files(item.source.tree), brief)
    return Shown(item=item, folder=folder, brief=brief)


def _hypothesis(**said: str | float | None) -> Hypothesis | None:
    """All of it or nothing."""
    if not any(part is not None for part in said.values()):
        return None
    return _made(Stated, **{name: part for name, part in said.items() if part is not None}).hypothesis()


def _made(kind: type[Made], **fields: str | float) -> Made:
    """What was typed as a value; Misuse names the option that does not fit."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        raise Misuse(f"--{OPTIONS.get(field, field)}: {first['msg']}") from None


def _keep(home: Home, folder: Path) -> str:
    """The folder's tree, in the ledger."""
    if not folder.is_dir():
        raise Misuse(f"{folder} is not a folder: `vibeserve work show` makes the work's folder, --dir names another")
    with misuse(UnfitFiles):
        return Ledger.open(home.ledger).keep_files(read_work(folder))


def _tell(item: str, told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(Told(item=item, told=told))
    else:
        say(told)


def _table(items: Sequence[WorkItem]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("work", "to do", "from", "state"):
        table.add_column(name, no_wrap=name != "state")
    table.add_column("about", overflow="fold")
    for item in items:
        about = item.refused or (item.hypothesis.claim if item.hypothesis else "propose the hypothesis yourself")
        table.add_row(item.item, item.kind, f"#{item.parent}", Text(_state(item)), Text(about))
    return table


def _state(item: WorkItem) -> str:
    """With who holds it, and until when."""
    ends = f", the search ends {_when(item.ends_by)}" if item.ends_by else ""
    if item.lease and item.state == "claimed":
        return f"claimed by {item.lease.by} until {_when(item.lease.until)}{ends}"
    return f"{item.state}{ends}"


def _when(moment: datetime) -> str:
    """In this machine's time, with the day where it is not today."""
    local, now = moment.astimezone(), datetime.now(UTC).astimezone()
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"
