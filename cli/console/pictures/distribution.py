"""How times are spread over requests: the share of requests that took at most so long, one line per system."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from cli.console.pictures.axis import Axis, ticks
from cli.console.pictures.svg import drawing, element, group, line, path, text
from cli.figures import milliseconds
from search.value import Value

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 210, 40, 12, 22, 34
LEAST_SECONDS = 1e-5
"""What is shorter is drawn so: it was not waited for."""
FARTHEST = 4.0
"""Times the longest time: a limit beyond is told in words."""


class Spread(Value):
    """One system's times, in seconds, each with the share of requests that took at most so long."""

    kind: str
    """Its colour: champion or candidate."""
    points: tuple[tuple[float, float], ...]


def distribution(spreads: Sequence[Spread], *, limit: float | None, label: str) -> Markup:
    """`limit` is what a winner's p99 may take."""
    times = [max(seconds, LEAST_SECONDS) for spread in spreads for seconds, _ in spread.points]
    near = limit is not None and limit <= FARTHEST * max(times, default=limit)
    along = _axis([*times, *([limit] if limit is not None and near else [])])
    up = Axis(low=0.0, high=1.0, start=float(HEIGHT - BOTTOM), end=float(TOP))
    parts = [_grid(along, up), *(_line(spread, along, up) for spread in spreads)]
    if limit is not None:
        parts.append(_limit(limit, along, up, near=near))
    return drawing(parts, width=WIDTH, height=HEIGHT, label=label, class_="distribution")


def _axis(times: Sequence[float]) -> Axis:
    low, high = min(times, default=0.001), max(times, default=1.0)
    return Axis(low=low / 1.15, high=high * 1.15, start=float(LEFT), end=float(WIDTH - RIGHT), logarithmic=True)


def _grid(along: Axis, up: Axis) -> Markup:
    parts: list[Markup] = []
    for share in (0.0, 0.5, 0.9, 1.0):
        y = up.place(share)
        parts += [line(LEFT, y, WIDTH - RIGHT, y, class_="grid"), text(f"{share:.0%}", LEFT - 6, y + 4, class_="tick", anchor="end")]
    for tick in _times(along):
        parts.append(text(milliseconds(tick), along.place(tick), HEIGHT - BOTTOM + 18, class_="tick", anchor="middle"))
    return group(parts)


def _times(along: Axis) -> Sequence[float]:
    """Powers of two of a millisecond where the axis is long, even steps where it is short."""
    if along.high / along.low < 3:
        return ticks(along.low, along.high, 3)
    every = math.ceil(math.log2(along.high / along.low) / 4)
    first = math.ceil(math.log2(along.low * 1000) / every)
    return [2.0 ** (every * step) / 1000 for step in range(first, math.floor(math.log2(along.high * 1000) / every) + 1)]


def _line(spread: Spread, along: Axis, up: Axis) -> Markup:
    places = [(along.place(seconds), up.place(share)) for seconds, share in spread.points]
    said = ", ".join(f"{share:.0%} within {milliseconds(seconds)}" for seconds, share in spread.points)
    return group([element("title", f"{spread.kind}: {said}"), path(places, class_=f"spread {spread.kind}")])


def _limit(limit: float, along: Axis, up: Axis, *, near: bool) -> Markup:
    if not near:
        return text(f"p99 may take {milliseconds(limit)} →", WIDTH - RIGHT, TOP - 8, class_="tick", anchor="end")
    x = along.place(limit)
    return group([line(x, up.end, x, up.start, class_="limit"), text("limit of p99", x - 4, TOP - 8, class_="tick", anchor="end")])
