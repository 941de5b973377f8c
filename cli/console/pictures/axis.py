"""Axes: where a value lies on a picture, and at which round values it is worth a mark."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from cli.console.pictures.svg import group, line, text
from search.value import Value

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
FARTHEST = 100.0
"""Ratios beyond this, or below its inverse, are drawn at the edge."""


class Axis(Value):
    """A stretch of values on a stretch of pixels."""

    low: float
    high: float
    start: float
    """Pixel of the low end."""
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """The pixel of a value; one beyond an end lies at the end."""
        share = (self._bent(value) - self._bent(self.low)) / (self._bent(self.high) - self._bent(self.low))
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def _bent(self, value: float) -> float:
        return math.log(max(value, 1e-9)) if self.logarithmic else value


def ratio_axis(values: Sequence[float], *, start: float, end: float) -> Axis:
    """A logarithmic axis of ratios that holds 1 and all values, with some air."""
    kept = [min(max(value, 1 / FARTHEST), FARTHEST) for value in values if value > 0]
    low, high = math.log(min([*kept, 1.0])), math.log(max([*kept, 1.0]))
    air = max((high - low) * 0.08, 0.01)
    return Axis(low=math.exp(low - air), high=math.exp(high + air), start=start, end=end, logarithmic=True)


def ratio_ticks(axis: Axis, most: int) -> tuple[float, ...]:
    """Round ratios inside the axis, at most so many: doublings where the axis is long, even steps where it is short."""
    if axis.high / axis.low > 4:
        every = math.ceil(math.log2(axis.high / axis.low) / most)
        first = math.ceil(math.log2(axis.low) / every)
        return tuple(2.0 ** (every * step) for step in range(first, math.floor(math.log2(axis.high) / every) + 1))
    return ticks(axis.low, axis.high, most)


def ticks(low: float, high: float, most: int, *, least: float = 0.0) -> tuple[float, ...]:
    """Round values from low to high in even steps of at least `least`, at most so many and one more."""
    rough = max((high - low) / most, least)
    if rough <= 0:
        return (low,)
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * each for each in STEPS if scale * each >= rough * 0.999)
    return tuple(step * number for number in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1))


def clock_ticks(high: float, most: int) -> tuple[float, ...]:
    """Round times from 0 to `high` seconds, at most so many and one more."""
    unit = next((seconds for seconds in (3600.0, 60.0) if high >= 2 * seconds), 1.0)
    return tuple(unit * tick for tick in ticks(0.0, high / unit, most))


def ratio_words(value: float) -> str:
    """A ratio as a mark's label: no more digits than it needs."""
    return f"{value:.3g}x"


def ratio_grid(axis: Axis, *, left: float, right: float, most: int = 5) -> Markup:
    """Horizontal lines at round ratios, the one at 1x stronger."""
    marks = ratio_ticks(axis, most)
    shown = marks if any(math.isclose(mark, 1.0) for mark in marks) else (*marks, 1.0)
    parts: list[Markup] = []
    for mark in shown:
        y = axis.place(mark)
        parts.append(line(left, y, right, y, class_="grid one" if math.isclose(mark, 1.0) else "grid"))
        parts.append(text(ratio_words(mark), left - 8, y + 4, class_="tick", anchor="end"))
    return group(parts)
