"""Comparisons of a search's champion with rivals, kept in its journal."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from activities.evaluation.rivals.comparison import Comparison, Standing
from activities.ledger.ledger import Ledger
from search.value import Value
from search.verdict import Interval

FOLDER = "comparisons/"


class Compared(Value):
    """One comparison: when, and of which candidate."""

    when: datetime
    candidate: int
    comparison: Comparison


class Rivalry(Value):
    """The newest that is known of one rival with its weights."""

    when: datetime
    candidate: int
    engine: str
    version: str
    weights: str
    problem: str
    """Why there is no number; empty where there is one."""
    verified: str
    """What the reference says of its answers."""
    theirs: float | None = None
    """Tokens per second, the median over the pairs that count."""
    ours: float | None = None
    ratio: float | None = None
    interval: Interval | None = None
    pairs: int = 0


def keep_comparison(ledger: Ledger, search: str, compared: Compared) -> None:
    """Write it into the journal of the search."""
    names = ", ".join(standing.name for standing in compared.comparison.standings)
    path = f"{FOLDER}{compared.when.astimezone(UTC):%Y%m%dT%H%M%S}.json"
    text = compared.model_dump_json(indent=1) + "\n"
    ledger.append(search, {path: text}, message=f"Candidate {compared.candidate} beside {names}", when=compared.when)


def read_comparisons(ledger: Ledger, search: str) -> tuple[Compared, ...]:
    """All of a search, the oldest first."""
    texts = ledger.journal_texts(search, FOLDER)
    return tuple(Compared.model_validate_json(texts[path]) for path in sorted(texts))


def rivalries(comparisons: Sequence[Compared]) -> tuple[Rivalry, ...]:
    """Each rival once, those with a number first, the slowest of ours over theirs first."""
    newest = {(one.engine, one.weights): one for compared in comparisons for one in _rivalries(compared)}
    return tuple(sorted(newest.values(), key=lambda one: (one.ratio is None, one.ratio or 0.0, one.engine)))


def _rivalries(compared: Compared) -> Iterator[Rivalry]:
    for standing in compared.comparison.standings:
        plain = Rivalry(
            when=compared.when,
            candidate=compared.candidate,
            engine=standing.title or standing.name,
            version=standing.version,
            weights=standing.weights,
            problem=standing.problem or "",
            verified=_verified(standing),
        )
        counting = standing.counting
        if counting and standing.ratio is not None:
            figures = {
                "theirs": median(meeting.rival.arm.tokens_per_second for meeting in counting),
                "ours": median(meeting.ours.tokens_per_second for meeting in counting),
                "ratio": standing.ratio,
                "interval": standing.interval,
                "pairs": len(counting),
            }
            plain = plain.model_copy(update=figures)
        yield plain


def _verified(standing: Standing) -> str:
    found = standing.agreement
    if found is None:
        return "not measured"
    return "as the reference" if found.verified else f"{found.top1:.1%} of its tokens as the reference"
