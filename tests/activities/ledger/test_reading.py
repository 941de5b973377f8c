"""The commands that the documentation gives for reading a search work as they stand there."""

import shlex
import subprocess
from pathlib import Path

import pytest

from activities.ledger.ledger import Ledger
from search.review import Retrial
from search.verdict import Baseline
from tests.activities.ledger.samples import begin, make_record, minutes, propose
from tests.activities.ledger.test_reviews import review

PAGE = Path(__file__).parents[3] / "docs" / "how-it-works.md"
COMMANDS = [line.strip() for line in PAGE.read_text().splitlines() if line.startswith("    git ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_shows_something(ledger: Ledger, command: str) -> None:
    spec = begin(ledger)
    starter = propose(ledger, "first", 0)
    child = propose(ledger, "first", 1, starter)
    for number, parent, source, verdict in ((0, None, starter, Baseline()), (1, 0, child, None)):
        record = make_record(number, source, parent=parent, **({"verdict": verdict} if verdict else {}))
        ledger.write_verdict(spec, record, when=minutes(number))
        ledger.promote("first", number, previous=parent, version=number, when=minutes(number))
        ledger.append_record("first", record, when=minutes(number))
    ledger.write_review(spec, review(Retrial(number=1, crowned=True), champion=1, before=1), promotions=1)
    shown = subprocess.run(shlex.split(command, comments=True), cwd=ledger.path, capture_output=True, text=True, check=True)
    assert shown.stdout or (ledger.path / "champion.tar").stat().st_size


def test_the_page_has_commands() -> None:
    assert len(COMMANDS) >= 6
