"""A bar that shows a share, readable without colours."""

from rich.text import Text

WIDTH = 30


def gauge(share: float, *, style: str = "cyan") -> Text:
    """From empty (0) to full (1); what lies outside is clipped."""
    filled = round(min(max(share, 0.0), 1.0) * WIDTH)
    return Text.assemble(("█" * filled, style), ("░" * (WIDTH - filled), "dim"))
