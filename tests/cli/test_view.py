"""What a running search looks like: on a terminal, in a log, as a bar."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console, ConsoleDimensions

from cli.figures import duration, ratio, spent
from cli.interval_bar import interval_bar
from cli.lines import changed_lines
from cli.view import picture
from search.record import Gate
from search.verdict import Interval
from workflows.progress import Event, Leader, Progress, Runner, Spent

NOW = datetime(2026, 6, 5, 12, 3, 12, tzinfo=UTC)
DUELLING = Runner(
    number=7,
    claim="A paged cache lets more requests run at once",
    stage="duel",
    since=NOW - timedelta(seconds=42),
    gates=(Gate(stage="conformance", passed=True, seconds=3.0, summary="17 checks"),),
    log_ratios=(0.02, 0.09, 0.06),
    pairs_planned=10,
    interval=Interval(low=0.93, high=1.19, level=0.99),
)
PROGRESS = Progress(
    search="first",
    phase="searching",
    started=NOW - timedelta(seconds=192),
    ends_by=NOW + timedelta(seconds=312),
    spent=(
        Spent(name="candidates", unit="", used=5, limit=10),
        Spent(name="wall clock", unit="s", used=192, limit=504),
        Spent(name="device", unit="s", used=75, limit=None),
    ),
    leader=Leader(number=4, claim="Continuous batching", ratio=3.41, low=3.2, high=3.63),
    runners=(DUELLING,),
    events=tuple(Event(when=NOW - timedelta(seconds=60 - number), text=f"event {number}") for number in range(12)),
)


def drawn(progress: Progress, *, width: int = 120, height: int = 40) -> list[str]:
    console = Console(width=width, force_terminal=True, color_system=None, record=True)
    with console.capture() as capture:
        console.print(picture(progress, {7: "pair 4 of 10, 182 tok/s"}, NOW, ConsoleDimensions(width, height)))
    return capture.get().splitlines()


def test_the_picture_tells_what_a_person_wants_to_know() -> None:
    told = "\n".join(drawn(PROGRESS))
    for part in ("first", "5:12 left", "3.41x the starter [3.20x, 3.63x]", "#4", "✓ conformance", "duel for 42 s", "182 tok/s"):
        assert part in told
    for part in ("1.062x [0.930x, 1.190x]", "3 of 10 pairs", "5 of 10", "3:12 of 8:24", "1:15", "event 11"):
        assert part in told


def test_a_void_pair_is_told_once_with_its_reason() -> None:
    noisy = PROGRESS.model_copy(update={"runners": (DUELLING.model_copy(update={"voids": ("others used 40% of the cores",)}),)})
    assert changed_lines(PROGRESS, noisy, NOW)[-1].endswith("#7 duel: void pair 1, measured again: others used 40% of the cores")
    assert changed_lines(noisy, noisy, NOW) == ()
    assert any("1 void, the last: others used 40% of the cores" in line for line in drawn(noisy))


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_picture_never_breaks_a_line(width: int) -> None:
    lines = drawn(PROGRESS, width=width)
    assert max(map(len, lines)) <= width
    assert len(lines) == len(drawn(PROGRESS, width=300))


def test_the_picture_fits_a_small_terminal() -> None:
    assert len(drawn(PROGRESS, width=80, height=24)) <= 24


def test_the_latest_events_stay_when_there_is_little_room() -> None:
    told = "\n".join(drawn(PROGRESS, height=20))
    assert "event 11" in told
    assert "event 0" not in told


def test_before_the_first_champion_the_picture_says_so() -> None:
    assert "none yet" in "\n".join(drawn(PROGRESS.model_copy(update={"leader": None})))


def test_the_interval_shrinks_on_the_same_axis_when_it_narrows() -> None:
    wide = interval_bar((0.01,), 0.8, 1.25).plain
    narrow = interval_bar((0.01, 0.02), 0.95, 1.08).plain
    share = [bar.count("━") / bar.count("─") if "─" in bar else math.inf for bar in (wide, narrow)]
    assert share[0] > share[1]


def test_an_interval_that_leaves_the_axis_ends_in_arrows() -> None:
    bar = interval_bar((0.1, -0.1), 0.0, 1e9).plain
    assert "◀" in bar
    assert "▶" in bar


@pytest.mark.parametrize(("low", "high", "style"), [(1.1, 1.3, "green"), (0.7, 0.9, "red"), (0.9, 1.1, "yellow")])
def test_the_colour_of_the_bar_is_what_the_interval_says(low: float, high: float, style: str) -> None:
    styles = {str(span.style) for span in interval_bar((math.log(low * high) / 2,), low, high).spans}
    assert any(style in each for each in styles)


def test_the_first_lines_of_a_log_say_how_things_stand() -> None:
    lines = changed_lines(None, PROGRESS, NOW)
    assert sum("event" in line for line in lines) == 12
    assert any("#7 duel: 3 of 10 pairs, 1.062x [0.930x, 1.190x]" in line for line in lines)
    assert any("champion #4" in line for line in lines)


def test_a_log_gets_no_line_when_nothing_changed() -> None:
    later = PROGRESS.model_copy(update={"spent": (Spent(name="wall clock", unit="s", used=193, limit=504),)})
    assert changed_lines(PROGRESS, later, NOW) == ()


def test_a_log_gets_one_line_for_each_new_pair_event_and_champion() -> None:
    pair = DUELLING.model_copy(update={"log_ratios": (*DUELLING.log_ratios, 0.05)})
    event = Event(when=NOW, text="#6 refused")
    leader = Leader(number=6, claim="Paging", ratio=4.0, low=3.8, high=4.2)
    later = PROGRESS.model_copy(update={"runners": (pair,), "events": (*PROGRESS.events[1:], event), "leader": leader})
    lines = changed_lines(PROGRESS, later, NOW)
    assert len(lines) == 3
    assert "#6 refused" in lines[0]
    assert "4 of 10 pairs" in lines[1]
    assert "4.00x the starter" in lines[2]


def test_a_log_tells_a_claim_once() -> None:
    checked = DUELLING.model_copy(update={"stage": "conformance", "log_ratios": ()})
    begun = PROGRESS.model_copy(update={"runners": (checked,)})
    later = PROGRESS.model_copy(update={"runners": (checked.model_copy(update={"stage": "correctness"}),)})
    assert sum(DUELLING.claim in line for line in changed_lines(None, begun, NOW)) == 1
    assert [line.split("  ")[1] for line in changed_lines(begun, later, NOW)] == ["#7 correctness"]


def test_small_gains_keep_three_places() -> None:
    assert (ratio(1.0345), ratio(3.456)) == ("1.034x", "3.46x")


def test_durations_read_as_a_clock() -> None:
    assert (duration(7), duration(67), duration(3700)) == ("7 s", "1:07", "1:01:40")


def test_a_budget_without_a_limit_shows_what_was_used() -> None:
    assert (spent(75, None, "s"), spent(2, 5, "")) == ("1:15", "2 of 5")
