"""Prometheus reads the searches: every figure is in the text format, and says what the ledger says."""

import json
import re
from pathlib import Path

from aiohttp import ClientSession

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.console.exposition import Family, Sample, exposition, families
from cli.console.pulse import Sight
from cli.console.shelf import Shelf

LINE = re.compile(r'^(\w+)\{((?:\w+="(?:[^"\\\n]|\\.)*",?)*)\} (\S+)$')
DASHBOARD = Path(__file__).parents[3] / "docs" / "grafana.json"


def scraped(text: str) -> dict[tuple[str, str], float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [LINE.match(line) for line in lines]
    assert all(found), lines
    return {(match[1], match[2]): float(match[3]) for match in found if match}


async def test_a_scrape_tells_what_the_ledger_holds(visitor: ClientSession, address: str, library: Home) -> None:
    async with visitor.get(f"{address}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        told = scraped(await answer.text())
    records = Ledger.open(library.ledger).records("going")
    for verdict in ("promoted", "rejected"):
        counted = sum(record.verdict.kind == verdict for record in records)
        assert told["vibeserve_candidates", f'search="going",verdict="{verdict}"'] == counted > 0
    assert told["vibeserve_best_ratio", 'search="going"'] > 1
    assert told["vibeserve_budget_limit", 'search="going",budget="candidates"'] == 24
    assert told["vibeserve_search_answers", 'search="going"'] == 0, "no Temporal server runs here"


async def test_beyond_this_machine_a_scrape_needs_the_token(visitor: ClientSession, far_address: str) -> None:
    async with visitor.get(f"{far_address}/metrics") as answer:
        assert answer.status == 403


def test_no_text_breaks_out_of_a_label() -> None:
    hostile = 'a"} 1\nvibeserve_owned{b="\\'
    text = exposition([Family(name="x", words="", samples=(Sample(labels={"name": hostile}, figure=2.0),))])
    assert list(scraped(text).values()) == [2.0]


def test_the_dashboard_asks_for_figures_that_exist(library: Home) -> None:
    shelf = Shelf(library)
    known = {family.name for family in families([shelf.tale(name) for name in shelf.searches()], {"going": Sight()})}
    asked = set(re.findall(r"vibeserve_\w+", json.dumps(json.loads(DASHBOARD.read_text()))))
    assert asked <= known
    assert len(asked) > 5
