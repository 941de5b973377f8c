"""Runs the whole hostile suite and prints what became of each candidate: `python -m tests.hostile [--json] [NAME ...]`."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from secrets import randbits

from rich.console import Console
from rich.table import Table

from activities.evaluation.ground import opened_ground
from activities.home import Home
from tests.hostile.expectation import Expectation, read_expectations
from tests.hostile.trial import Row, try_candidate

COLUMNS = ("name", "code", "expected", "outcome", "reason", "seconds", "held")


async def run_suite(expectations: Sequence[Expectation], folder: Path) -> list[Row]:
    """One after the other on one ground; progress goes to stderr."""
    home, rows = Home(root=folder / "home"), list[Row]()
    opened = opened_ground(
        "chat", target_name="cpu", model="tiny", correctness="lossless", home=home, holder="hostile suite", say=lambda _: None
    )
    async with opened as ground:
        for number, expectation in enumerate(expectations, start=1):
            row = await try_candidate(ground, expectation, into=folder / str(number), seed=randbits(32))
            print(f"{number:2} of {len(expectations)} {row.name}: {row.outcome}{'' if row.held else '  NOT AS EXPECTED'}", file=sys.stderr)
            rows.append(row)
    return rows


def print_table(rows: Sequence[Row]) -> None:
    """One line per candidate, and a count."""
    table = Table(*("trick", *COLUMNS[1:-1], "as expected"), show_edge=False)
    for row in rows:
        cells = (row.name, row.code, row.expected, row.outcome, row.reason[:160], f"{row.seconds:.1f}", "yes" if row.held else "NO")
        table.add_row(*cells, style="" if row.held else "red")
    Console(width=200 if not sys.stdout.isatty() else None).print(table)
    print(f"{sum(row.held for row in rows)} of {len(rows)} candidates ended as they should")


def main() -> int:
    """0 when every candidate ended as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.add_argument("names", nargs="*", help="candidates; all without names")
    arguments = parser.parse_args()
    expectations = read_expectations()
    unknown = set(arguments.names) - {expectation.name for expectation in expectations}
    if unknown:
        parser.error(f"no candidate is named {', '.join(sorted(unknown))}")
    wanted = [expectation for expectation in expectations if not arguments.names or expectation.name in arguments.names]
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(run_suite(wanted, Path(folder)))
    if arguments.json:
        print(json.dumps([row.model_dump() for row in rows], indent=2))
    else:
        print_table(rows)
    return 0 if all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
