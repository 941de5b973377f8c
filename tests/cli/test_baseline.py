"""A search and its baseline stand side by side, whichever of them is named, and one that has not begun is said to be missing."""

from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from activities.ledger.ledger import Ledger
from activities.task import Conclusion, Setting
from cli.baseline import curve_table, read_curves
from search.baseline import baseline_spec
from search.composition import Composition
from search.spec import Spec
from search.verdict import Interval
from tests.cli.told_search import SPEC, WHEN
from tests.search.catalog import PASSED, measured, record, refused

FIRST = SPEC.model_copy(update={"baseline": "random"})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A search of three candidates that has ended."""
    ledger = Ledger.open(tmp_path / "ledger.git")
    tell(ledger, FIRST, [2.0, None, 1.5])
    setting = Setting(search="first", scenario="chat", target="cpu", model="tiny", correctness="lossless")
    interval = Interval(low=2.8, high=3.2, level=0.95)
    conclusion = Conclusion(
        setting=setting, reason="over", champion=3, ratio=3.05, interval=interval, pairs=(), candidates=3, when=WHEN + timedelta(hours=1)
    )
    ledger.append("first", {"conclusion.json": conclusion.model_dump_json()}, message="Search ended", when=WHEN)
    return ledger


def tell(ledger: Ledger, spec: Spec, gains: list[float | None]) -> None:
    """A search whose candidates were promoted with these ratios, or refused."""
    ledger.create_search(spec, facts={}, when=WHEN)
    ledger.append_record(spec.name, record(0, PASSED, made=Composition()), when=WHEN)
    for number, gain in enumerate(gains, start=1):
        ledger.append_record(spec.name, record(number, measured("promoted", gain) if gain else refused()), when=WHEN)


def drawn(ledger: Ledger, search: str) -> list[list[str]]:
    """The words of each line of the table."""
    console = Console(width=160, record=True)
    with console.capture() as shown:
        console.print(curve_table(read_curves(ledger, search)))
    return [line.split() for line in shown.get().splitlines()]


def test_both_curves_are_shown_whichever_is_named(ledger: Ledger) -> None:
    following = baseline_spec(FIRST)
    assert following is not None
    tell(ledger, following, [None, 1.2])
    told = drawn(ledger, "first")
    assert told == drawn(ledger, "first-baseline-random")
    assert told[1][:5] == ["search", "policy", "1", "2", "3"]
    assert told[2] == ["first", "bandit", "2.00x", "2.00x", "3.00x", "3.05x", "[2.80x,", "3.20x]"]
    assert told[3] == ["first-baseline-random", "random", "1.000x", "1.200x", "it", "goes", "on"]


def test_a_baseline_that_has_not_begun_is_named(ledger: Ledger) -> None:
    assert "first-baseline-random has no finished candidate yet" in " ".join(drawn(ledger, "first")[-1])


def test_a_search_without_a_baseline_has_no_curves(ledger: Ledger) -> None:
    alone = SPEC.model_copy(update={"name": "alone"})
    tell(ledger, alone, [2.0])
    assert read_curves(ledger, "alone") == ()
