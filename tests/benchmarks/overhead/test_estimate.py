"""The ledger alone gives an upper bound."""

import pytest

from benchmarks.overhead.estimate import bound
from search.source import Source
from tests.activities.ledger.samples import make_record


def test_gates_and_arms_are_work() -> None:
    record = make_record(1, Source(commit="1" * 40, tree="2" * 40))
    arms = 2 * len(record.pairs) * (3 + 2 + 10 + 1)
    long = record.model_copy(update={"ended": record.started.replace(hour=13)})
    report = bound([long])
    assert report.work == pytest.approx(4.2 + 12.6 + arms)
    assert report.share == pytest.approx(1 - report.work / report.wall)


def test_overlapping_work_never_exceeds_the_wall_clock() -> None:
    record = make_record(1, Source(commit="1" * 40, tree="2" * 40))
    assert bound([record]).share == 0
