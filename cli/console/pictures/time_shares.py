"""Where a candidate's time goes: one stacked bar of shares, and a flame chart of the operators within them."""

from markupsafe import Markup

from cli.console.pictures.svg import drawing, element, group, text
from search.profile import Profile, Share

BAR, ROW, CHARACTER = 26.0, 24.0, 6.6
LEAST_PIXELS = 0.4


def words(share: Share) -> str:
    """A share's name for a person."""
    return share.value.replace("_", " ")


def stacked(profile: Profile, *, width: int, label: str) -> Markup:
    """The shares of wall clock side by side, in the order of their kind, so that bars of two candidates can be compared."""
    parts: list[Markup] = []
    x = 0.0
    for share in Share:
        long = profile.shares.get(share, 0.0) * width
        parts.append(_cell(x, 0.0, long, BAR, f"{words(share)} {profile.shares.get(share, 0.0):.0%}", share))
        x += long
    return drawing(parts, width=width, height=BAR, label=label, class_="shares")


def flame(profile: Profile, *, width: int, label: str) -> Markup:
    """The window, below it its shares, and below each share its operators, as far as they were told."""
    parts = [_cell(0.0, 0.0, float(width), ROW - 2, f"profiled window, {profile.window_seconds:.1f} s", None)]
    total = sum(operator.seconds for operator in profile.operators) or 1.0
    x = 0.0
    for share in sorted(profile.shares, key=lambda share: -profile.shares[share]):
        part = profile.shares[share]
        parts.append(_cell(x, ROW, part * width, ROW - 2, f"{words(share)} {part:.1%}", share))
        parts += _operators(profile, share, x, part * width)
        x += part * width
    return drawing(parts, width=width, height=ROW * 3, label=f"{label} {len(profile.operators)} operators, {total:.2f} s.", class_="flame")


def _operators(profile: Profile, share: Share, x: float, width: float) -> list[Markup]:
    """The operators of one share, the most expensive first, scaled to the share that they belong to."""
    found = [operator for operator in profile.operators if operator.share is share]
    told = sum(operator.seconds for operator in found)
    whole = max(told, profile.shares[share] * profile.window_seconds) or 1.0
    parts: list[Markup] = []
    for operator in sorted(found, key=lambda operator: -operator.seconds):
        long = operator.seconds / whole * width
        said = f"{operator.name}: {operator.seconds:.3f} s in {operator.calls} calls"
        parts.append(_cell(x, 2 * ROW, long, ROW - 2, said, share))
        x += long
    return parts


def _cell(x: float, y: float, width: float, height: float, said: str, share: Share | None) -> Markup:
    if width < LEAST_PIXELS:
        return Markup("")
    fits = int((width - 10) / CHARACTER)
    shown = said if len(said) <= fits else f"{said[: fits - 1]}…" if fits > 5 else ""
    box = element("rect", x=x, y=y, width=max(width - 1, 0.4), height=height, rx=2, class_=f"share {share.value if share else 'all'}")
    label = [text(shown, x + 6, y + height / 2 + 4, class_=f"on {share.value if share else 'all'}")] if shown else []
    return group([element("title", said), box, *label])
