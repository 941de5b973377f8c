"""The figures of the scale benchmark follow from the log of steps."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.home import Home
from benchmarks.scale.timeline import Finished, parts

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def line(second: float, event: str, run: str, step: str) -> str:
    when = (NOON + timedelta(seconds=second)).isoformat(timespec="milliseconds")
    return (
        json.dumps({"when": when, "event": event, "workflow": "w", "run": run, "step": step, "id": step, "attempt": 1, "worker": 1}) + "\n"
    )


def candidate(second: float, run: str) -> str:
    """A plan of 0.1 s, and after 0.2 s a record of 0.3 s."""
    return (
        line(second, "began", run, "plan")
        + line(second + 0.1, "ended", run, "plan")
        + line(second + 0.3, "began", run, "record")
        + line(second + 0.6, "ended", run, "record")
    )


def test_parts_tell_rate_and_latency_and_an_interruption_does_not_count(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    home.steps.parent.mkdir()
    ended = Finished(home)
    assert ended.count() == 0
    home.steps.write_text(candidate(0, "a") + candidate(1, "b") + '{"when": "cut off')
    assert ended.count() == 2
    home.steps.write_text(candidate(0, "a") + candidate(1, "b") + candidate(100, "c") + candidate(101, "d"))
    assert ended.count() == 4
    first, second = parts(home, 2)
    assert (first.first, first.last, first.steps) == (0, 2, 4)
    assert (second.first, second.last) == (2, 4)
    assert first.seconds == pytest.approx(1.6)
    assert first.millis["plan"] == pytest.approx(100)
    assert first.millis["record"] == pytest.approx(300)
    assert first.gap_millis == pytest.approx(200)
    assert sum(part.seconds for part in parts(home, 4)) == pytest.approx(3.2)
