"""The tree of candidates, drawn like a map of lines: each parent has one line, and its children are the stations on it."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from cli.chronicle import State
from cli.console.pictures.mark import mark
from cli.console.pictures.svg import drawing, element, path, text
from search.value import Value

ROW, TOP, SIDE = 54.0, 26.0, 26.0
NARROWEST, WIDEST = 11.0, 64.0
LABELLED = 20.0
"""Stations that are this far apart carry their number."""
SMALL, LARGE = 4.0, 13.0
HUGE = math.log(4)
"""The log-ratio of one duel from which on a mark grows no more."""


class Node(Value):
    """One candidate; `ratio` is that of its own duel."""

    number: int
    parent: int | None
    state: State
    words: str
    link: str
    ratio: float | None = None
    champion: bool = False


def lineage(nodes: Sequence[Node], *, width: int, label: str) -> Markup:
    """From left to right by number; the picture becomes wider than `width` when the stations need it."""
    step = min(max((width - 2 * SIDE) / max(len(nodes) - 1, 1), NARROWEST), WIDEST)
    rows = _rows(nodes)
    places = {node.number: (SIDE + index * step, TOP + ROW * rows[node.number]) for index, node in enumerate(nodes)}
    royal = _ancestors(nodes)
    parts = [*_tracks(nodes, places, royal), *(_station(node, places[node.number], step) for node in nodes)]
    height = TOP + ROW * max(rows.values(), default=0) + TOP + 8
    return drawing(
        parts, width=max(2 * SIDE + step * max(len(nodes) - 1, 0), 120.0), height=height, label=label, class_="lineage", linked=True
    )


def _rows(nodes: Sequence[Node]) -> Mapping[int, int]:
    """The starter stands on top; each parent's children share one row, and rows follow their parents."""
    known = {node.number for node in nodes}
    parents = sorted({node.parent for node in nodes if node.parent in known})
    row_of = {parent: row for row, parent in enumerate(parents, start=1)}
    return {node.number: row_of.get(node.parent, 0) if node.parent is not None else 0 for node in nodes}


def _ancestors(nodes: Sequence[Node]) -> frozenset[int]:
    """The champion and all that it descends from."""
    parents = {node.number: node.parent for node in nodes}
    found: set[int] = set()
    current = next((node.number for node in nodes if node.champion), None)
    while current is not None and current not in found:
        found.add(current)
        current = parents.get(current)
    return frozenset(found)


def _tracks(nodes: Sequence[Node], places: Mapping[int, tuple[float, float]], royal: frozenset[int]) -> list[Markup]:
    """One line per parent down and along to its last child, and over it the way to the champion."""
    last = {node.parent: node.number for node in nodes}
    plain: list[Markup] = []
    above: list[Markup] = []
    for node in nodes:
        if node.parent not in places or node.parent is None:
            continue
        (x0, y0), (x1, y1) = places[node.parent], places[node.number]
        corners = [(x0, y0), (x0, y1), (x1, y1)]
        if node.number in royal:
            above.append(path(corners, class_="track royal"))
        if last[node.parent] == node.number:
            plain.append(path(corners, class_="track"))
    return plain + above


def _station(node: Node, place: tuple[float, float], step: float) -> Markup:
    x, y = place
    size = min(_size(node.ratio), step * 0.42 + 1)
    parts = [element("title", node.words)]
    if node.champion:
        parts.append(element("circle", cx=x, cy=y, r=size + 4, class_="crown"))
    parts.append(mark(node.state, x, y, size))
    if step >= LABELLED:
        away = size * 0.7 + (6 if node.champion else 3)
        parts.append(text(str(node.number), x + away, y + away + 7, class_="tick"))
    return element("a", *parts, href=node.link, aria_label=node.words)


def _size(ratio: float | None) -> float:
    """Area grows with the gain; what lost or was not measured stays small."""
    gain = min(max(math.log(ratio), 0.0), HUGE) / HUGE if ratio else 0.0
    return math.sqrt(SMALL**2 + (LARGE**2 - SMALL**2) * gain)
