"""What happened when: one row per kind of work, one box per step."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from cli.console.pictures.axis import Axis, clock_ticks
from cli.console.pictures.svg import drawing, element, group, line, text
from search.value import Value

ROW, TOP, RIGHT, FOOT = 26.0, 6.0, 12, 34
SEEN_APART = 3.0
"""Pixels: steps of one kind within them become one box."""


class Span(Value):
    """One step; seconds count from the beginning of the search."""

    lane: str
    began: float
    ended: float
    kind: str
    """Its colour."""
    words: str
    link: str = ""


def lanes(spans: Sequence[Span], *, width: int, tick_words: Callable[[float], str], label: str) -> Markup:
    """Lanes in the order in which they are first met."""
    names = list(dict.fromkeys(span.lane for span in spans))
    left = 96 if width > 600 else 82
    end = max([span.ended for span in spans], default=1.0)
    along = Axis(low=0.0, high=end or 1.0, start=float(left), end=float(width - RIGHT))
    bottom = TOP + ROW * len(names)
    parts = [_row(name, TOP + ROW * row, left, width) for row, name in enumerate(names)]
    parts += [_box(span, TOP + ROW * names.index(span.lane), along) for span in _joined(spans, along)]
    for tick in clock_ticks(end, 8 if width > 600 else 3):
        parts.append(text(tick_words(tick), along.place(tick), bottom + 20, class_="tick", anchor="middle"))
    return drawing(parts, width=width, height=bottom + FOOT, label=label, class_="lanes", linked=True)


def _row(name: str, y: float, left: int, width: int) -> Markup:
    return group([line(left, y + ROW - 2, width - RIGHT, y + ROW - 2, class_="grid"), text(name, 0, y + ROW / 2 + 4, class_="lane")])


def _joined(spans: Sequence[Span], along: Axis) -> list[Span]:
    """Steps that nobody could tell apart are drawn as one, which leads to the last of them."""
    found: list[Span] = []
    places: dict[tuple[str, str], int] = {}
    for span in spans:
        place = places.get((span.lane, span.kind))
        if place is not None and along.place(span.ended) - along.place(found[place].began) < SEEN_APART:
            found[place] = span.model_copy(update={"began": found[place].began, "words": f"several steps, at last {span.words}"})
        else:
            places[span.lane, span.kind] = len(found)
            found.append(span)
    return found


def _box(span: Span, y: float, along: Axis) -> Markup:
    x = along.place(span.began)
    box = element("rect", x=x, y=y + 3, width=max(along.place(span.ended) - x, 1.0), height=ROW - 9, rx=2, class_=f"step {span.kind}")
    parts = (element("title", span.words), box)
    return element("a", *parts, href=span.link, aria_label=span.words) if span.link else group(parts)
