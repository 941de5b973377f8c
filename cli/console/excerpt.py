"""What of a long search is shown at once: no more than a person can look at, with a way to the rest."""

from collections import Counter
from collections.abc import Mapping, Sequence

from cli.chronicle import Chapter, State
from search.value import Value

ROWS = 50
"""Of the table of candidates."""
STATIONS = 120
"""Of the tree of candidates, those beside the promoted ones and what they came from."""


class Excerpt(Value):
    """Which rows of a table are shown."""

    state: State | None
    """Only candidates of this verdict; None for all."""
    part: int
    parts: int
    counts: Mapping[State, int]
    """Candidates by verdict."""
    numbers: frozenset[int]
    """The candidates that are shown."""


def excerpt(chapters: Sequence[Chapter], *, state: State | None = None, part: int | None = None) -> Excerpt:
    """One part of the candidates by number; without a part the last."""
    chosen = [chapter.number for chapter in chapters if state in (None, chapter.state)]
    parts = max(-(-len(chosen) // ROWS), 1)
    shown = parts if part is None else min(max(part, 1), parts)
    counts: Counter[State] = Counter(chapter.state for chapter in chapters)
    return Excerpt(state=state, part=shown, parts=parts, counts=counts, numbers=frozenset(chosen[(shown - 1) * ROWS : shown * ROWS]))


def stations(chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """The latest candidates, all promoted ones, and what any of them came from."""
    by_number = {chapter.number: chapter for chapter in chapters}
    kept: set[int] = set()
    for chapter in (*chapters[-STATIONS:], *(each for each in chapters if each.version is not None or each.champion)):
        number: int | None = chapter.number
        while number in by_number and number not in kept:
            kept.add(number)
            number = by_number[number].parent
    return tuple(chapter for chapter in chapters if chapter.number in kept)
