"""Of a long search no more is shown than a person can look at, and all of it can be reached."""

from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession

from activities.home import Home
from activities.ledger.ledger import Ledger
from benchmarks.page.long_search import write_long_search
from cli.console.excerpt import ROWS, STATIONS, excerpt, stations
from cli.console.pictures.climb import Foot, Point, climb
from cli.console.pictures.lanes import Span, lanes
from cli.console.shelf import Shelf, Tale

FOOT = Foot(words="", ticks=lambda last, most: (), say=str)


@pytest.fixture(scope="module")
def tale(tmp_path_factory: pytest.TempPathFactory) -> Tale:
    home = Home(root=tmp_path_factory.mktemp("long"))
    write_long_search(Ledger.open(home.ledger), "some", 3 * STATIONS // 2)
    return Shelf(home).tale("some")


def test_every_candidate_stands_in_just_one_part(tale: Tale) -> None:
    parts = [excerpt(tale.chapters, part=part).numbers for part in range(1, excerpt(tale.chapters).parts + 1)]
    assert sorted(number for part in parts for number in part) == [chapter.number for chapter in tale.chapters]
    assert all(len(part) <= ROWS for part in parts)
    assert excerpt(tale.chapters).numbers == parts[-1]
    assert excerpt(tale.chapters, part=99).numbers == parts[-1]


def test_a_verdict_can_be_looked_at_alone(tale: Tale) -> None:
    won = excerpt(tale.chapters, state="promoted")
    assert won.numbers == {chapter.number for chapter in tale.chapters if chapter.state == "promoted"}
    assert sum(won.counts.values()) == len(tale.chapters)
    assert excerpt(tale.chapters, state="running").numbers == frozenset()


def test_the_tree_keeps_the_promoted_the_latest_and_what_they_came_from(tale: Tale) -> None:
    shown = stations(tale.chapters)
    numbers = {chapter.number for chapter in shown}
    assert len(shown) < len(tale.chapters)
    assert {chapter.number for chapter in tale.chapters if chapter.state == "promoted"} <= numbers
    assert {chapter.number for chapter in tale.chapters[-STATIONS:]} <= numbers
    assert all(chapter.parent in numbers for chapter in shown if chapter.parent is not None)


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
