"""`vibeserve gate`: tests that join the gate of a search, and those that did."""

import asyncio
import getpass
import re
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from activities.evaluation.gate_test import Trial
from activities.review_task import Offer
from cli.lookup import find_entries, find_entry, open_ledger
from cli.mistakes import Failed, Misuse
from cli.options import Json, Search
from cli.output import print_json, result, say
from cli.reopen import ask_again
from cli.rescore import Author
from cli.settings import find_home
from search.gate_test import PROGRAM_BYTES, RUNS, GateTest

app = typer.Typer(help="Tests that joined the gate of a search.", no_args_is_help=True)

Program = Annotated[Path, typer.Argument(metavar="FILE", help="The test: a Python program.", show_default=False)]


@app.command("add")
def add(
    name: Search,
    program: Program,
    accuse: Annotated[int, typer.Option(min=1, metavar="N", help="The candidate that fails it.", show_default=False)],
    why: Annotated[str, typer.Option(help="What is wrong about that candidate; it is kept with the test.", show_default=False)],
    author: Author = None,
    as_json: Json = False,
) -> None:
    """Let a test join the gate of a search.

    It is run as `python FILE --socket PATH --model DIR --seed N` beside a freshly started candidate and reaches nothing else: exit
    code 0 means passed, 1 failed, with the reason as the last line of stdout. It joins when it fails on the accused and passes on
    the starter, three times of three with different seeds. Who was promoted before is put through it; who fails is demoted.

    \b
    Examples:
      vibeserve gate add first caches_answers.py --accuse 3 --why "a second answer comes without any work"
    """
    home = find_home()
    ledger = open_ledger(home)
    source = find_entry(ledger, name, accuse).source
    test = read_test(program, accused=accuse, author=author or getpass.getuser(), why=why)
    say(f"{RUNS} runs on candidate {accuse}, {RUNS} on the starter")
    trial = asyncio.run(ask_again(home, ledger, name, "add_test", Offer(test=test, accused=source), Trial))
    if as_json:
        print_json(trial)
    if not trial.accepted:
        raise Failed(f"{test.name} does not join the gate: {trial.reason}")
    say(f"{test.name} joined the gate: {trial.reason}")
    say(f"who was promoted before is put through it now: vibeserve watch {name}, vibeserve history {name}")


@app.command("list")
def list_tests(name: Search, as_json: Json = False) -> None:
    """List the tests that joined the gate of a search.

    \b
    Examples:
      vibeserve gate list first
      vibeserve gate list first --json
    """
    ledger = open_ledger(find_home())
    find_entries(ledger, name)
    tests = ledger.tests(name)
    if as_json:
        print_json(tests)
    elif tests:
        result.print(_table(tests))
    else:
        say(f"no test has joined the gate of {name}: every search has build, conformance and correctness")


def read_test(program: Path, *, accused: int, author: str, why: str) -> GateTest:
    """The test in a file, named as the file is."""
    if not program.is_file():
        raise Misuse(f"{program} is not a file")
    if program.stat().st_size > PROGRAM_BYTES:
        raise Misuse(f"{program} has more than {PROGRAM_BYTES // 1024} KiB")
    name = re.sub(r"[^a-z0-9_]+", "_", program.stem.lower())
    try:
        return GateTest(name=name, program=program.read_text(), author=author, why=why, accused=accused)
    except (UnicodeDecodeError, ValidationError):
        raise Misuse(f"{program} cannot be a test: it is a Python program, its name begins with a letter and is short") from None


def _table(tests: tuple[GateTest, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("test", "found on", "author", "why"):
        table.add_column(title)
    for test in tests:
        table.add_row(Text(test.name), f"#{test.accused}", Text(test.author), Text(test.why))
    return table
