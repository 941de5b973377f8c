"""How a verdict looks: by shape as well as by colour, so that neither eyes nor printers need colours."""

from markupsafe import Markup

from cli.chronicle import State
from cli.console.pictures.svg import element, path


def mark(state: State, x: float, y: float, size: float = 5.0) -> Markup:
    """A square for the starter, a full circle for a win, a diamond for a refusal, an open circle for what is not decided."""
    name = f"mark {state}"
    match state:
        case "baseline":
            return element("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, rx=1.5, class_=name)
        case "rejected" | "demoted":
            far = size * 1.2
            return path([(x - far, y), (x, y - far), (x + far, y), (x, y + far)], class_=name, closed=True)
        case "promoted" | "not_better" | "undecided" | "running" | "unfinished":
            return element("circle", cx=x, cy=y, r=size, class_=name)
