"""Elements of an SVG picture; every text and every attribute is escaped here and nowhere else."""

import itertools
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

WIDE, NARROW = 1040, 360
"""Widths in pixels at which pictures are drawn; the style sheet shows the one that fits the screen."""

Attribute = str | float | None


def element(name: str, *children: str, **attributes: Attribute) -> Markup:
    """One element; `class_` means class, other underscores are hyphens, and an attribute that is None is left out."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{_said(value)}"' for key, value in attributes.items() if value is not None)
    inner = "".join(escape(child) for child in children)
    return Markup(f"<{name}{said}>{inner}</{name}>")


def group(parts: Iterable[str], **attributes: Attribute) -> Markup:
    """Several elements as one."""
    return element("g", *parts, **attributes)


def text(words: str, x: float, y: float, *, class_: str | None = None, anchor: str | None = None) -> Markup:
    """Words at a place; `anchor` is start, middle or end."""
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, *, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def path(points: Sequence[tuple[float, float]], *, class_: str, closed: bool = False) -> Markup:
    """A line through points; a closed one has an inside."""
    drawn = "L".join(f"{_said(x)} {_said(y)}" for x, y in points)
    return element("path", d=f"M{drawn}" + ("Z" if closed else ""), class_=class_)


def stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of a line that keeps each height until the next point; where the height stays there is none."""
    corners = list(points[:1])
    for (_, before), (x, y) in itertools.pairwise(points):
        corners += [(x, before), (x, y)] if y != before else []
    return corners if corners[-1:] == list(points[-1:]) else [*corners, points[-1]]


def drawing(parts: Iterable[str], *, width: float, height: float, label: str, class_: str = "", linked: bool = False) -> Markup:
    """A whole picture with its description; one with links inside is a group, so that they can be reached."""
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_said(width)} {_said(height)}",
        width=width,
        height=height,
        role="group" if linked else "img",
        aria_label=label,
        class_=f"picture {class_}".strip(),
    )


def fitted(draw: Callable[[int], Markup]) -> Markup:
    """The picture for wide screens and the one for narrow screens."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(draw(WIDE), draw(NARROW))


def _said(value: str | float) -> str:
    if isinstance(value, str):
        return str(escape(value))
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
