"""A duel: every pair as a point, and the interval as it narrowed from pair to pair."""

from collections.abc import Sequence

from markupsafe import Markup

from cli.console.pictures.axis import Axis, ratio_axis, ratio_grid, ratio_words
from cli.console.pictures.svg import drawing, element, group, line, path, text
from search.value import Value

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 270, 52, 16, 26, 44
FARTHEST = 3.0
"""Times the highest ratio: a limit that lies higher is told in words, so that the pairs can still be seen apart."""
LETTER = 6.5
"""Pixels that a letter of a label takes at most on average."""


class Shot(Value):
    """One pair: candidate over champion."""

    ratio: float | None
    """None when the pair is void."""
    first: str
    part: str
    """What stands above the pairs of one part; empty for the duel itself."""
    words: str
    low: float | None = None
    """The interval over the valid pairs of its part up to this one; None while there are too few."""
    high: float | None = None


def duel(shots: Sequence[Shot], *, noise: float, limit: float | None = None, width: int, label: str) -> Markup:
    """`noise` is half the band around 1x, as a share, in which a ratio says nothing; `limit` the ratio that the machine's peaks allow."""
    bottom = HEIGHT - BOTTOM
    drawn = [value for shot in shots for value in (shot.ratio, *_final_bounds(shots)) if value]
    near = limit is not None and limit <= FARTHEST * max(drawn, default=1.0)
    drawn += [limit] if limit is not None and near else []
    up = ratio_axis(drawn, start=bottom, end=TOP)
    along = Axis(low=0.5, high=max(len(shots), 2) + 0.5, start=float(LEFT), end=float(width - RIGHT))
    band = (up.place(1 + noise), up.place(1 / (1 + noise)))
    parts = [
        element("rect", x=LEFT, y=band[0], width=width - RIGHT - LEFT, height=max(band[1] - band[0], 2.0), class_="band"),
        ratio_grid(up, left=LEFT, right=width - RIGHT),
        _limit(limit, up, width) if limit is not None else Markup(""),
        *(_narrowing(part, along, up) for part in _parts(shots)),
        _borders(shots, along, bottom),
        *(_shot(place, shot, along, up, bottom) for place, shot in enumerate(shots, start=1)),
        _legend(width),
    ]
    return drawing(parts, width=width, height=HEIGHT, label=label, class_="duel")


def _limit(limit: float, up: Axis, width: int) -> Markup:
    """A line where it lies, or beyond the picture in words."""
    y, beyond = up.place(limit), limit > up.high
    words = f"the machine's limit is at {ratio_words(limit)} ↑" if beyond else "the machine's limit"
    drawn = [] if beyond else [line(LEFT, y, width - RIGHT, y, class_="limit")]
    return group([*drawn, text(words, LEFT + 4, TOP - 12 if beyond else y - 6, class_="tick")])


def _final_bounds(shots: Sequence[Shot]) -> tuple[float | None, ...]:
    """Early intervals may reach far; the axis holds those at the end of each part."""
    return tuple(bound for part in _parts(shots) for bound in (part[-1][1].low, part[-1][1].high))


def _parts(shots: Sequence[Shot]) -> list[list[tuple[int, Shot]]]:
    """The duel, the confirmation and what follows, each with the places of its pairs."""
    placed = list(enumerate(shots, start=1))
    return [[each for each in placed if each[1].part == part] for part in dict.fromkeys(shot.part for shot in shots)]


def _narrowing(part: Sequence[tuple[int, Shot]], along: Axis, up: Axis) -> Markup:
    known = [(along.place(place), up.place(shot.low), up.place(shot.high)) for place, shot in part if shot.low and shot.high]
    if not known:
        return Markup("")
    outline = [*((x, high) for x, _, high in known), *((x, low) for x, low, _ in reversed(known))]
    x, low, high = known[-1]
    ends = [line(x - 5, y, x + 5, y, class_="bound") for y in (low, high)]
    return group([path(outline, class_="ribbon", closed=True), line(x, low, x, high, class_="bound"), *ends])


def _borders(shots: Sequence[Shot], along: Axis, bottom: float) -> Markup:
    """Where the parts after the duel begin."""
    parts: list[Markup] = []
    for part in _parts(shots):
        place, shot = part[0]
        if shot.part:
            x = along.place(place - 0.5)
            fits = x + 6 + len(shot.part) * LETTER < along.end + RIGHT
            words = text(shot.part, x + 6 if fits else along.end + RIGHT, TOP - 6, class_="tick", anchor=None if fits else "end")
            parts += [line(x, TOP - 14, x, bottom, class_="border"), words]
    return group(parts)


def _shot(place: int, shot: Shot, along: Axis, up: Axis, bottom: float) -> Markup:
    x = along.place(place)
    number = text(str(place), x, bottom + 18, class_="tick", anchor="middle")
    if shot.ratio is None:
        y = bottom - 8
        cross = [line(x - 4, y - 4, x + 4, y + 4, class_="void"), line(x - 4, y + 4, x + 4, y - 4, class_="void")]
        return group([element("title", shot.words), *cross, number])
    y, turn = up.place(shot.ratio), -1 if shot.first == "candidate" else 1
    corners = [(x - 6, y - 4 * turn), (x + 6, y - 4 * turn), (x, y + 6 * turn)]
    return group([element("title", shot.words), path(corners, class_="shot", closed=True), number])


def _legend(width: int) -> Markup:
    words = "▲ candidate ran first  ▼ champion ran first  ✕ void" if width > 600 else "▲ candidate first  ▼ champion first  ✕ void"
    return text(words, width - RIGHT, HEIGHT - 6, class_="axis", anchor="end")
