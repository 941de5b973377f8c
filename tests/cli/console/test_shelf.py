"""The page reads the ledger once while nothing moves, and sees what moves."""

from datetime import timedelta

import pytest

from activities.home import Home
from activities.ledger.ledger import Ledger
from benchmarks.page.long_search import BEGAN, write_long_search
from cli.console.chain import stages
from cli.console.shelf import Shelf
from cli.mistakes import Misuse


def test_nothing_is_read_again_until_a_branch_moves(home: Home) -> None:
    ledger = Ledger.open(home.ledger)
    write_long_search(ledger, "some", 3)
    shelf = Shelf(home)
    first = shelf.tale("some")
    assert shelf.tale("some") is first
    ledger.append("some", {"note.txt": "moved"}, message="A note", when=BEGAN + timedelta(1))
    second = shelf.tale("some")
    assert second is not first
    assert all(new is old for new, old in zip(second.records, first.records, strict=True)), "a record was read twice"


def test_a_home_without_searches_is_empty(home: Home) -> None:
    shelf = Shelf(home)
    assert shelf.searches() == ()
    with pytest.raises(Misuse):
        shelf.tale("nope")


def test_the_chain_multiplies_confirmed_duels_and_never_falls(home: Home) -> None:
    write_long_search(Ledger.open(home.ledger), "some", 12)
    told = stages(Shelf(home).tale("some").records)
    best = [stage.standing.ratio for stage in told if stage.standing]
    assert len(best) == 13
    assert best == sorted(best)
    promoted = [stage for stage in told if stage.state == "promoted"]
    assert promoted
    assert all(stage.standing and stage.ratio == pytest.approx(stage.standing.ratio) for stage in promoted)
