"""Of a long search no more is shown than a person can look at, and all of it can be reached."""

from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession

from cli.chronicle import Chapter, State
from cli.console.excerpt import ROWS, STATIONS, excerpt, stations
from cli.console.pictures.climb import Foot, Point, climb
from cli.console.pictures.lanes import Span, lanes

FOOT = Foot(words="", ticks=lambda last, most: (), say=str)


def chapter(number: int) -> Chapter:
    """Every 40th is promoted; the others stand on the champion of their time."""
    won = number % 40 == 0
    state: State = "promoted" if won and number else "not_better" if number % 3 else "rejected"
    parent = (number - 1) // 40 * 40 if number else None
    return Chapter(number=number, parent=parent, state=state, claim="", version=number // 40 if won else None, commit="0" * 40)


CHAPTERS = tuple(chapter(number) for number in range(3 * STATIONS))


def test_every_candidate_stands_in_just_one_part() -> None:
    parts = [excerpt(CHAPTERS, part=part).numbers for part in range(1, excerpt(CHAPTERS).parts + 1)]
    assert sorted(number for part in parts for number in part) == [each.number for each in CHAPTERS]
    assert all(len(part) <= ROWS for part in parts)
    assert excerpt(CHAPTERS).numbers == parts[-1]
    assert excerpt(CHAPTERS, part=99).numbers == parts[-1]


def test_a_verdict_can_be_looked_at_alone() -> None:
    won = excerpt(CHAPTERS, state="promoted")
    assert won.numbers == {each.number for each in CHAPTERS if each.state == "promoted"}
    assert sum(won.counts.values()) == len(CHAPTERS)
    assert excerpt(CHAPTERS, state="running").numbers == frozenset()


def test_the_tree_keeps_the_promoted_the_latest_and_what_they_came_from() -> None:
    shown = stations(CHAPTERS)
    numbers = {each.number for each in shown}
    assert len(shown) < len(CHAPTERS)
    assert {each.number for each in CHAPTERS if each.state == "promoted"} <= numbers
    assert {each.number for each in CHAPTERS[-STATIONS:]} <= numbers
    assert all(each.parent in numbers for each in shown if each.parent is not None)


def test_marks_that_hide_each_other_are_drawn_once_and_promotions_always() -> None:
    points = [
        Point(x=1.0, state="promoted" if number % 50 == 0 else "not_better", words=str(number), link="", ratio=1.1) for number in range(200)
    ]
    drawn = ElementTree.fromstring(climb(points, width=600, foot=FOOT, label=""))
    kinds = [each.get("class") for each in drawn.iter() if each.get("class", "").startswith("mark")]
    assert kinds == ["mark not_better", *4 * ["mark promoted"]]


def test_steps_that_nobody_could_tell_apart_become_one_box() -> None:
    spans = [Span(lane="device", began=float(at), ended=at + 0.5, kind="measured", words="", link=f"#{at}") for at in range(5000)]
    drawn = ElementTree.fromstring(lanes(spans, width=1000, tick_words=str, label=""))
    boxes = [each for each in drawn.iter() if each.get("class") == "step measured"]
    assert 200 < len(boxes) < 1000
    assert sum(float(box.get("width", "0")) for box in boxes) > 700, "the lane keeps its look"


@pytest.mark.parametrize(
    ("query", "status"), [("verdict=promoted&over=time", 200), ("verdict=nope", 400), ("part=x", 400), ("part=7", 200)]
)
async def test_parts_are_asked_for_by_address(visitor: ClientSession, address: str, query: str, status: int) -> None:
    async with visitor.get(f"{address}/search/going?{query}") as answer:
        assert answer.status == status
