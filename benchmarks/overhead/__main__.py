"""Prints the share of orchestration of a finished search."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from temporalio.service import RPCError

from activities.home import Home
from activities.ledger.errors import LedgerError
from activities.ledger.ledger import Ledger
from benchmarks.overhead.estimate import Bound, bound
from benchmarks.overhead.history import NotFinished, Past, read_past
from benchmarks.overhead.timeline import Breakdown, break_down
from cli.embedded import EngineFailed, open_client


def main(
    search: Annotated[str, typer.Argument(help="A finished search of this home.")],
    home: Annotated[Path, typer.Option(help="Where VibeServe keeps its state.")] = Path(".vibeserve"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """From Temporal's history where it is reachable, else a bound from the ledger."""
    place = Home(root=home.absolute())
    try:
        ledger = Ledger.open(place.ledger)
        numbers = [entry.number for entry in ledger.log(search)]
        past = asyncio.run(_past(place, search, numbers))
        report = break_down(past.steps, began=past.began, ended=past.ended) if past else bound(ledger.records(search))
    except (LedgerError, NotFinished) as error:
        print(error, file=sys.stderr)
        _leave(1)
    print(report.model_dump_json(indent=1) if as_json else _shown(report))
    _leave(0)


async def _past(home: Home, search: str, numbers: list[int]) -> Past | None:
    try:
        return await read_past(await open_client(home), search, numbers)
    except NotFinished:
        raise
    except (EngineFailed, RPCError, RuntimeError) as error:
        print(f"Temporal's history cannot be read ({error}); the ledger gives an upper bound", file=sys.stderr)
        return None


def _shown(report: Breakdown | Bound) -> str:
    if isinstance(report, Bound):
        return f"orchestration at most {report.share:.1%}: {report.wall - report.work:.1f} s of {report.wall:.1f} s"
    rows = [f"{kind.kind:<14}{kind.count:>6}{kind.seconds:>12.1f}{kind.wait_seconds:>12.2f}{kind.retried:>9}" for kind in report.kinds]
    first = f"{report.first_verdict:.1f} s" if report.first_verdict is not None else "none"
    return "\n".join(
        (
            f"{'step':<14}{'count':>6}{'seconds':>12}{'waited, s':>12}{'retried':>9}",
            *rows,
            f"preparation {report.preparation:.1f} s, first verdict after {first}",
            f"orchestration {report.share:.2%}: {report.orchestration:.1f} s of {report.wall:.1f} s after the preparation",
        )
    )


def _leave(code: int) -> NoReturn:
    """The Temporal client's threads may crash an interpreter that exits at once (sdk-python issue 300)."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    typer.run(main)
