"""Words of the page: what a verdict is called, and how times along a search are written."""

from collections.abc import Mapping

from cli.chronicle import Chapter, State
from cli.figures import bounds, ratio

VERDICTS: Mapping[State, str] = {
    "baseline": "starter",
    "promoted": "promoted",
    "not_better": "not better",
    "undecided": "undecided",
    "rejected": "rejected",
    "demoted": "demoted",
    "running": "running",
    "unfinished": "unfinished",
}


def verdict(state: State) -> str:
    """A verdict as a person says it."""
    return VERDICTS[state]


def clock(seconds: float) -> str:
    """A time along an axis: `40 s`, `5 min`, `1.5 h`."""
    if 0 < seconds < 60:
        return f"{seconds:.0f} s"
    return "0" if not seconds else f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def figure(chapter: Chapter) -> str:
    """A ratio with its interval, empty when nothing was measured."""
    if chapter.ratio is None or chapter.interval is None:
        return ""
    return f"{ratio(chapter.ratio)} {bounds(chapter.interval.low, chapter.interval.high)}"


def in_short(chapter: Chapter) -> str:
    """One candidate in one line, as a pointer over its mark tells it."""
    words = f"#{chapter.number} {verdict(chapter.state)}"
    if told := figure(chapter):
        words += f", {told}"
    if chapter.stage:
        words += f" at {chapter.stage}"
    return f"{words}: {chapter.claim}"
