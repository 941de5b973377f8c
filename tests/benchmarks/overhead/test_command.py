"""The command says what it can with what there is."""

import json
import subprocess
import sys
from pathlib import Path

from activities.home import Home
from activities.ledger.ledger import Ledger
from tests.activities.ledger.samples import begin, make_record, propose


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "benchmarks.overhead", *arguments, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_without_temporal_the_ledger_gives_a_bound(tmp_path: Path) -> None:
    ledger = Ledger.open(Home(root=tmp_path).ledger)
    begin(ledger)
    record = make_record(1, propose(ledger, "first", 1))
    ledger.append_record("first", record, when=record.ended)
    told = run(tmp_path, "first", "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["wall"] == 30
    assert "the ledger gives an upper bound" in told.stderr


def test_an_unknown_search_is_one_line(tmp_path: Path) -> None:
    told = run(tmp_path, "nobody")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "no search is named 'nobody'; this ledger has: none yet\n"
