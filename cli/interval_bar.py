"""A line that shows an interval of ratios around 1x, on a logarithmic axis that widens and narrows in steps."""

import math
from collections.abc import Sequence

from rich.text import Text

SPANS = (1.05, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
"""Ends of the axis, from 1/span to span."""


def interval_bar(log_ratios: Sequence[float], low: float | None, high: float | None, *, width: int = 41) -> Text:
    """Pairs as dots, the interval as a thick line, 1x as a bar; arrows where the interval leaves the axis."""
    span = _span(log_ratios, low, high)
    cells = ["─"] * width
    if low is not None and high is not None:
        _draw_interval(cells, _place(_log(low), span, width), _place(_log(high), span, width))
    for value in log_ratios:
        cells[_clip(_place(value, span, width), width)] = "●"
    middle = width // 2
    cells[middle] = "┼" if cells[middle] in "─━" else cells[middle]
    bar = Text("".join(cells))
    bar.stylize("dim")
    _colour(bar, cells, low, high)
    return Text.assemble((f"{1 / span:.2f}x ", "dim"), bar, (f" {span:.2f}x", "dim"))


def _span(log_ratios: Sequence[float], low: float | None, high: float | None) -> float:
    """The narrowest axis that holds every pair and, up to tenfold, the interval."""
    farthest = max((abs(value) for value in log_ratios), default=math.log(1.2))
    if low is not None and high is not None:
        farthest = max(farthest, min(max(abs(_log(low)), abs(_log(high))), math.log(10)))
    return next((span for span in SPANS if math.log(span) >= farthest), SPANS[-1])


def _place(value: float, span: float, width: int) -> int:
    """The cell of a log ratio; outside the line when it is outside the axis."""
    return round((value / math.log(span) + 1) / 2 * (width - 1))


def _log(bound: float) -> float:
    """An interval that says nothing reaches to zero."""
    return math.log(max(bound, 1e-9))


def _clip(cell: int, width: int) -> int:
    return min(max(cell, 0), width - 1)


def _draw_interval(cells: list[str], first: int, last: int) -> None:
    width = len(cells)
    for cell in range(_clip(first, width), _clip(last, width) + 1):
        cells[cell] = "━"
    if first < 0:
        cells[0] = "◀"
    if last >= width:
        cells[-1] = "▶"


def _colour(bar: Text, cells: Sequence[str], low: float | None, high: float | None) -> None:
    """Green when the whole interval is above 1x, red when below, yellow while it is open."""
    style = "yellow" if low is None or high is None else "green" if low > 1 else "red" if high < 1 else "yellow"
    for cell, mark in enumerate(cells):
        if mark in "━●◀▶":
            bar.stylize(f"not dim bold {style}", cell, cell + 1)
        elif mark == "┼":
            bar.stylize("not dim bold", cell, cell + 1)
