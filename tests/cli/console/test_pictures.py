"""Pictures are sound SVG, whatever is put into them."""

import math
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cli.console.pictures.axis import ratio_axis, ratio_ticks, ticks
from cli.console.pictures.distribution import Spread, distribution
from cli.console.pictures.duel import Shot, duel
from cli.console.pictures.lineage import Node, lineage
from cli.console.pictures.strip import interval_strip

RATIOS = st.floats(min_value=1e-3, max_value=1e6)
TEXTS = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0xD7FF), max_size=30)


@given(st.lists(RATIOS, max_size=20))
def test_every_ratio_lies_on_its_axis(ratios: list[float]) -> None:
    axis = ratio_axis(ratios, start=200.0, end=0.0)
    assert all(0.0 <= axis.place(ratio) <= 200.0 for ratio in ratios)
    assert 0.0 < axis.place(1.0) < 200.0
    assert len(ratio_ticks(axis, 5)) <= 8


@given(st.floats(min_value=0.1, max_value=1e6), st.integers(min_value=2, max_value=10))
def test_ticks_are_few_and_inside(high: float, most: int) -> None:
    found = ticks(0.0, high, most)
    assert len(found) <= most + 2
    assert all(-1e-6 <= tick <= high * 1.0001 for tick in found)


@given(TEXTS, RATIOS)
def test_no_text_breaks_out_of_a_picture(words: str, ratio: float) -> None:
    nodes = [
        Node(number=0, parent=None, state="baseline", words=words, link=words),
        Node(number=1, parent=0, state="promoted", words=words, link=words, ratio=ratio),
    ]
    tree = ElementTree.fromstring(lineage(nodes, width=400, label=words))
    assert len([each for each in tree.iter() if each.tag.endswith("}a")]) == 2


@given(st.lists(st.tuples(st.none() | RATIOS, st.booleans()), min_size=1, max_size=25))
def test_a_duel_shows_each_pair(pairs: list[tuple[float | None, bool]]) -> None:
    shots = [
        Shot(ratio=ratio, first="candidate", part="held-out seeds" if late else "", words="pair")
        for ratio, late in sorted(pairs, key=lambda each: each[1])
    ]
    tree = ElementTree.fromstring(duel(shots, noise=0.01, width=600, label="a duel"))
    assert sum(each.get("class") == "shot" for each in tree.iter()) == sum(ratio is not None for ratio, _ in pairs)


@given(st.lists(RATIOS, min_size=1, max_size=8), RATIOS)
def test_a_limit_is_drawn_or_told_and_hides_no_pair(ratios: list[float], limit: float) -> None:
    shots = [Shot(ratio=ratio, first="champion", part="", words="pair") for ratio in ratios]
    tree = ElementTree.fromstring(duel(shots, noise=0.01, limit=limit, width=600, label="a duel"))
    drawn = sum(each.get("class") == "limit" for each in tree.iter())
    told = sum("limit is at" in (each.text or "") for each in tree.iter())
    assert drawn + told == 1
    assert sum(each.get("class") == "shot" for each in tree.iter()) == len(ratios)


@given(
    st.lists(st.tuples(st.floats(min_value=0.0, max_value=1e4), st.floats(min_value=0.0, max_value=1.0)), max_size=8), st.none() | RATIOS
)
def test_times_lie_inside_their_picture(points: list[tuple[float, float]], limit: float | None) -> None:
    spread = Spread(kind="candidate", points=tuple(sorted(points)))
    tree = ElementTree.fromstring(distribution([spread] if points else [], limit=limit, label="times"))
    places = [float(each.get(name, "0")) for each in tree.iter() for name in ("x1", "x2") if each.get(name)]
    assert all(0 <= place <= 340 for place in places)


@given(RATIOS, RATIOS)
def test_an_interval_is_drawn_inside_its_strip(low: float, factor: float) -> None:
    high = low * max(factor, 1.0)
    drawn = ElementTree.fromstring(interval_strip(math.sqrt(low * high), low, high, span=2.0, label="an interval"))
    places = [float(each.get(name, "0")) for each in drawn.iter() for name in ("x1", "x2", "cx") if each.get(name)]
    assert all(0 <= place <= 120 for place in places)
