"""`vibeserve notify`: who is told what happens in searches."""

import asyncio
import getpass
import hashlib
import re
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text
from temporalio.exceptions import ApplicationError

from activities.home import Home
from activities.notify import post
from activities.receivers import BrokenReceivers, Receiver, read_receivers, write_receivers
from cli import completion
from cli.mistakes import Failed, Misuse, failure
from cli.options import Json
from cli.output import print_json, result, say
from cli.settings import find_home
from search.notice import OCCASIONS, Notice, ReceiverName
from search.value import Value

app = typer.Typer(help="Who is told what happens in searches, by a webhook.", no_args_is_help=True)

STDIN = "-"
NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The receiver.", show_default=False, autocompletion=completion.receivers)]
Address = Annotated[str, typer.Argument(metavar="URL", help="Where notices are posted; - reads it from stdin.", show_default=False)]
Occasions = Annotated[
    list[str] | None, typer.Option("--on", help=f"Only of this: {', '.join(OCCASIONS)}; may be repeated.", show_default="all")
]


class Listed(Value):
    """One receiver; of its address only what is no secret."""

    name: ReceiverName
    host: str
    occasions: tuple[str, ...]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What searches call it.", show_default=False)],
    address: Address = STDIN,
    on: Occasions = None,
) -> None:
    """Name a receiver, or change where it is.

    Its address stays in a file of this home that only you can read; searches record the name alone. A notice is posted as JSON, with a line
    of text that Slack and Mattermost show. With - the address is read from stdin, and no shell keeps it.

    \b
    Examples:
      vibeserve notify add team < webhook.txt
      vibeserve notify add team https://chat.example/hooks/KEY --on promotion --on end
    """
    home, known = _read()
    written = {**known, name: _receiver(name, _typed(address), on)}
    _write(home, written)
    say(f"{name} is told by searches that ask for it: vibeserve search SCENARIO --notify {name}   try it: vibeserve notify test {name}")


@app.command("list")
def list_receivers(as_json: Json = False) -> None:
    """List the receivers of this home, without their secrets.

    \b
    Examples:
      vibeserve notify list
      vibeserve notify list --json
    """
    _, known = _read()
    listed = [Listed(name=name, host=each.host, occasions=each.occasions) for name, each in sorted(known.items())]
    if as_json:
        print_json(listed)
    elif listed:
        result.print(_table(listed))
    else:
        say("nobody is told: `vibeserve notify add NAME URL` names a receiver")


@app.command("test")
def test(name: Name) -> None:
    """Post a notice that says it is a test.

    Exit code 1 when it does not arrive.

    \b
    Examples:
      vibeserve notify test team
    """
    _, known = _read()
    notice = Notice(
        occasion="end",
        search="test",
        key="test",
        when=datetime.now(UTC),
        words="this is a test, no search has ended",
        scenario="none",
        target="none",
        model="none",
    )
    with failure(ApplicationError):
        told = asyncio.run(post(_known(known, name), notice))
    if not told.startswith("delivered"):
        raise Failed(told)
    say(told)


@app.command("remove")
def remove(name: Name) -> None:
    """Forget a receiver; searches that name it go on and tell nobody.

    \b
    Examples:
      vibeserve notify remove team
    """
    home, known = _read()
    _known(known, name)
    _write(home, {other: receiver for other, receiver in known.items() if other != name})
    say(f"{name} is forgotten")


def named_receivers(home: Home, named: list[str]) -> tuple[str, ...]:
    """Receivers that a search may record; an address that was typed becomes one, named by its host."""
    known = dict(_read()[1])
    names: list[str] = []
    for each in named:
        name = each
        if "://" in each:
            receiver = _receiver("notify", each, None)
            host = NOT_IN_NAMES.sub("-", receiver.host.partition("://")[2]).strip("-.")[:32] or "webhook"
            name = f"{host}-{hashlib.sha256(each.encode()).hexdigest()[:6]}"
            _write(home, known := {**known, name: receiver})
        _known(known, name)
        names.append(name)
    return tuple(dict.fromkeys(names))


def _read() -> tuple[Home, dict[str, Receiver]]:
    home = find_home()
    with failure(BrokenReceivers):
        return home, dict(read_receivers(home.receivers))


def _write(home: Home, receivers: dict[str, Receiver]) -> None:
    try:
        write_receivers(home.receivers, receivers)
    except ValidationError:
        raise Misuse("the name of a receiver has small letters, digits, dots and hyphens, at most 40") from None


def _typed(address: str) -> str:
    if address != STDIN:
        return address
    return getpass.getpass("address (it is not shown): ").strip() if sys.stdin.isatty() else sys.stdin.readline().strip()


def _receiver(name: str, address: str, occasions: list[str] | None) -> Receiver:
    try:
        return Receiver.model_validate({"address": address, **({"occasions": occasions} if occasions else {})})
    except ValidationError as error:
        field = error.errors(include_input=False)[0]["loc"][0]
        if field == "address":
            raise Misuse(f"{name}: the address must begin with https:// or http:// and name a host") from None
        raise Misuse(f"--on: one of {', '.join(OCCASIONS)}") from None


def _known(known: dict[str, Receiver], name: str) -> Receiver:
    if name not in known:
        raise Misuse(f"no receiver is called {name!r}; known: {', '.join(sorted(known)) or 'none'}: vibeserve notify add {name} URL")
    return known[name]


def _table(listed: list[Listed]) -> Table:
    table = Table("receiver", "where", "is told of", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for each in listed:
        table.add_row(each.name, Text(each.host), ", ".join(each.occasions))
    return table
