"""The best so far: a rising line with its interval, and every candidate as a mark where it was measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cli.chronicle import State
from cli.console.pictures.axis import Axis, ratio_axis, ratio_grid, ratio_words
from cli.console.pictures.mark import mark
from cli.console.pictures.svg import drawing, element, group, line, path, stairs, text
from search.value import Value

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 52, 16, 16, 58
RUG = 22
"""Below the plot: the strip where candidates stand that were not measured."""
CELL = 4.0
"""Pixels: of marks that lie so close that one hides the other, the last is drawn."""


class Point(Value):
    """One candidate that ended, at its place along the search."""

    x: float
    state: State
    words: str
    """What a pointer over it tells."""
    link: str
    ratio: float | None = None
    best: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    """What the machine's peaks would allow, against the starter; None where that is not known."""


@dataclass(frozen=True)
class Foot:
    """What runs along the bottom: its name, where its marks are, and how one is written."""

    words: str
    ticks: Callable[[float, int], Sequence[float]]
    say: Callable[[float], str]


def climb(points: Sequence[Point], *, width: int, foot: Foot, label: str) -> Markup:
    """Ratios against the starter on a logarithmic axis."""
    bottom = HEIGHT - BOTTOM
    measured = [value for point in points for value in (point.ratio, point.best, point.low, point.high, point.limit) if value]
    up = ratio_axis(measured, start=bottom, end=TOP)
    last = max([point.x for point in points], default=0.0)
    along = Axis(low=0.0, high=last or 1.0, start=LEFT + 10, end=width - RIGHT - 8)
    parts = [
        ratio_grid(up, left=LEFT, right=width - RIGHT, most=6),
        _foot(along, last, width, foot),
        _ribbon(points, along, up, width - RIGHT),
        _limit(points, along, up),
        *(_mark(point, place) for point, place in _visible(points, along, up)),
    ]
    return drawing(parts, width=width, height=HEIGHT, label=label, class_="climb", linked=True)


def _foot(along: Axis, last: float, width: int, foot: Foot) -> Markup:
    y = HEIGHT - BOTTOM + RUG
    marks = foot.ticks(last, 8 if width > 600 else 4)
    shown = [text(foot.say(tick), along.place(tick), y + 18, class_="tick", anchor="middle") for tick in marks]
    return group([*shown, text(foot.words, width - RIGHT, HEIGHT - 4, class_="axis", anchor="end")])


def _ribbon(points: Sequence[Point], along: Axis, up: Axis, right: float) -> Markup:
    """The interval behind the line; both keep their height until the next promotion."""
    reached = [point for point in points if point.best]
    if not reached:
        return Markup("")
    tops, middles, lows = ([(along.place(p.x), up.place(value(p))) for p in reached] for value in (_high, _best, _low))
    ends = [[*stairs(each), (right, each[-1][1])] for each in (tops, middles, lows)]
    final = reached[-1]
    figure = text(ratio_words(final.best or 1.0), right, ends[1][-1][1] - 8, class_="figure", anchor="end")
    return group([path([*ends[0], *reversed(ends[2])], class_="ribbon", closed=True), path(ends[1], class_="best"), figure])


def _limit(points: Sequence[Point], along: Axis, up: Axis) -> Markup:
    known = [(along.place(point.x), up.place(point.limit)) for point in points if point.limit]
    if not known:
        return Markup("")
    return group([path(stairs(known), class_="limit"), text("the machine's limit", known[0][0] + 4, known[0][1] - 6, class_="tick")])


def _visible(points: Sequence[Point], along: Axis, up: Axis) -> list[tuple[Point, tuple[float, float]]]:
    """What can be told apart, with its place; promotions are never hidden and lie on top."""
    cells: dict[object, tuple[Point, tuple[float, float]]] = {}
    for point in sorted(points, key=lambda each: each.state == "promoted"):
        x = along.place(point.x)
        y = up.place(point.ratio) if point.ratio else HEIGHT - BOTTOM + RUG / 2 + 2
        cell = point.words if point.state == "promoted" else (point.state, x // CELL, y // CELL)
        cells[cell] = (point, (x, y))
    return list(cells.values())


def _mark(point: Point, place: tuple[float, float]) -> Markup:
    x, y = place
    tail = line(x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 4, class_="rug") if not point.ratio else Markup("")
    return element("a", element("title", point.words), tail, mark(point.state, x, y), href=point.link, aria_label=point.words)


def _best(point: Point) -> float:
    return point.best or 1.0


def _high(point: Point) -> float:
    return point.high or _best(point)


def _low(point: Point) -> float:
    return point.low or _best(point)
