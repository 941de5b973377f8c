"""The share of orchestration is what no step of work covers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.overhead.timeline import Step, break_down, covered

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SPANS = some.lists(some.tuples(some.integers(0, 60), some.integers(0, 60)).map(sorted), max_size=12)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def step(kind: str, started: float, ended: float, *, scheduled: float | None = None) -> Step:
    return Step(kind=kind, scheduled=at(started if scheduled is None else scheduled), started=at(started), ended=at(ended))


@given(spans=SPANS)
def test_covered_counts_each_second_once(spans: list[list[int]]) -> None:
    seconds = {second for low, high in spans for second in range(low, high)}
    assert covered((at(low), at(high)) for low, high in spans) == len(seconds)


def test_bookkeeping_and_gaps_are_orchestration() -> None:
    steps = [
        step("prepare", 0, 50),
        step("found", 50, 51),
        step("conformance", 52, 60),
        step("plan", 60, 61),
        step("generate", 60.5, 62),
        step("correctness", 61, 90, scheduled=60),
        step("measure_pair", 90, 140),
        step("record", 140, 148),
    ]
    report = break_down(steps, began=NOON, ended=at(150))
    assert (report.preparation, report.wall) == (50, 100)
    assert report.work == 8 + 79.5
    assert report.orchestration == pytest.approx(12.5)
    assert report.share == pytest.approx(0.125)
    assert report.first_verdict == 148
    assert [(kind.kind, kind.wait_seconds) for kind in report.kinds if kind.wait_seconds] == [("correctness", 1)]


def test_work_beside_work_is_not_counted_twice() -> None:
    report = break_down([step("conformance", 0, 10), step("measure_pair", 5, 20)], began=NOON, ended=at(20))
    assert (report.work, report.share) == (20, 0)


def test_a_search_without_steps_has_no_verdict() -> None:
    assert break_down([], began=NOON, ended=NOON).first_verdict is None
