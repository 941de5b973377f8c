"""The report: the gate keeps what it promises where others do not, and the same seed tells the same."""

from pathlib import Path

import pytest

from benchmarks.statistics.noise import MODELS
from benchmarks.statistics.plot import draw
from benchmarks.statistics.rules import GATE
from benchmarks.statistics.study import Report, study
from benchmarks.statistics.table import share, table


@pytest.fixture(scope="module")
def report() -> Report:
    """A quick one."""
    return study(candidates=600, searches=1, seed=1)


def test_the_gate_keeps_its_promise_under_every_noise(report: Report) -> None:
    assert max(report.row(GATE, noise.name).false_promotions for noise in MODELS) <= 0.01
    assert report.row(GATE, "normal").power > 0.88
    assert report.row(GATE, "normal").fivefold_in_three == 1.0


def test_other_rules_break_where_their_assumptions_do(report: Report) -> None:
    assert report.row("best of 40, stored score", "normal").false_promotions > 0.5
    assert report.row("Mann-Whitney, blocks", "slow drift").false_promotions > 0.1
    assert report.row("paired t, peeking", "normal").false_promotions > 0.015


def test_the_same_seed_tells_the_same() -> None:
    assert study(candidates=500, searches=1, seed=2) == study(candidates=500, searches=1, seed=2)


def test_table_and_picture_show_every_noise(report: Report, tmp_path: Path) -> None:
    assert all(f"**{noise.name}**" in table(report) for noise in MODELS)
    draw(report, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0.0, "0.0 %"), (0.00012, "0.012 %"), (0.0042, "0.42 %"), (0.925, "92.5 %")])
def test_small_shares_keep_their_digits(value: float | None, text: str) -> None:
    assert share(value) == text
