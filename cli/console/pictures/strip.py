"""Small pictures for lines of text and tables: an interval around 1x, a bar, bars side by side."""

import math

from markupsafe import Markup

from cli.console.pictures.svg import drawing, element, line

STRIP_WIDTH, BAR_WIDTH, HEIGHT = 120, 96, 16


def interval_strip(ratio: float, low: float, high: float, *, span: float, label: str) -> Markup:
    """A ratio with its interval on an axis from 1/span to span, so that strips of one table can be compared."""
    longest = math.log(max(span, 1.02))

    def place(value: float) -> float:
        return STRIP_WIDTH / 2 * (1 + min(max(math.log(max(value, 1e-9)) / longest, -1.0), 1.0) * 0.96)

    y, side = HEIGHT / 2, "up" if low > 1 else "down" if high < 1 else "open"
    parts = [
        line(0, y, STRIP_WIDTH, y, class_="grid"),
        line(STRIP_WIDTH / 2, 1, STRIP_WIDTH / 2, HEIGHT - 1, class_="grid one"),
        line(place(low), y, place(high), y, class_=f"whisker {side}"),
        element("circle", cx=place(ratio), cy=y, r=3.5, class_=f"dot {side}"),
    ]
    return drawing(parts, width=STRIP_WIDTH, height=HEIGHT, label=label, class_="strip")


def bar(share: float, *, label: str, kind: str = "", width: int = BAR_WIDTH) -> Markup:
    """A share from 0 to 1 as a filled bar."""
    filled = min(max(share, 0.0), 1.0) * width
    parts = [
        element("rect", x=0, y=5, width=width, height=6, rx=3, class_="trough"),
        element("rect", x=0, y=5, width=filled, height=6, rx=min(3.0, filled / 2), class_=f"fill {kind}".strip()),
    ]
    return drawing(parts, width=width, height=HEIGHT, label=label, class_="bar")
