"""One search as git tells it: what was asked, and how each candidate ended or that it still runs."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Literal

from activities.conclude import BROKEN
from activities.ledger.history import Entry
from activities.ledger.ledger import Ledger
from activities.ledger.trailers import Word
from activities.review_task import BreakTask
from activities.task import Conclusion
from cli.baseline import CONCLUSION, read_curves
from cli.lookup import find_entries
from search.baseline import Curve
from search.measurement import Pair
from search.record import Record
from search.review import Review
from search.spec import Spec
from search.value import Value
from search.verb import Verb
from search.verdict import Baseline, Interval, Measured, Rejected

State = Word | Literal["running", "unfinished"]
"""`unfinished`: its search ended before it had a verdict."""


class Chapter(Value):
    """One candidate of a search."""

    number: int
    parent: int | None
    state: State
    claim: str
    stage: str = ""
    """The gate that rejected."""
    reason: str = ""
    ratio: float | None = None
    """Against the champion of its time; absent when nothing was measured."""
    interval: Interval | None = None
    pairs: int = 0
    confirmed_ratio: float | None = None
    canary_ratio: float | None = None
    limit_share: float | None = None
    """Of the machine's physical limit, reached in the duel."""
    champion: bool = False
    version: int | None = None
    """The number of its promotion."""
    commit: str
    review: int | None = None
    """The review that gave the state, where it is not that of the first verdict."""


class Lookback(Value):
    """A review in short."""

    number: int
    when: datetime
    author: str
    told: str


class Chronicle(Value):
    """A whole search."""

    search: str
    spec: Spec
    chapters: tuple[Chapter, ...]
    conclusion: Conclusion | None = None
    """How it ended; absent while it can go on."""
    broken: str | None = None
    """Why it broke off, unless it ended in order later."""
    reviews: tuple[Lookback, ...] = ()
    """What was judged again, the oldest first."""
    verbs: tuple[Verb, ...] = ()
    """What operators did, in order."""
    curves: tuple[Curve, ...] = ()
    """The search and its baseline, best so far; empty when there is no baseline."""


def read_chronicle(ledger: Ledger, search: str) -> Chronicle:
    """Reads branches and journal; Misuse when the ledger has no such search."""
    entries = find_entries(ledger, search)
    conclusion, curves = read_conclusion(ledger, search), read_curves(ledger, search)
    broken = read_break(ledger, search)
    broke = has_broken_off(conclusion, broken)
    chapters = chapters_of(entries, ledger.records(search), ended=has_ended(conclusion, broken))
    return Chronicle(
        search=search,
        spec=ledger.read_spec(search),
        chapters=chapters,
        conclusion=conclusion,
        broken=broken.reason if broken and broke else None,
        reviews=tuple(_lookback(review) for review in ledger.reviews(search)),
        verbs=ledger.verbs(search),
        curves=curves,
    )


def chapters_of(entries: Sequence[Entry], records: Sequence[Record], *, ended: bool) -> tuple[Chapter, ...]:
    """One chapter per branch, told by its record where there is one."""
    known = {record.number: record for record in records}
    chapters = (_chapter(entry, known.get(entry.number)) for entry in entries)
    return tuple(each.model_copy(update={"state": "unfinished"}) if ended and each.state == "running" else each for each in chapters)


def read_conclusion(ledger: Ledger, search: str) -> Conclusion | None:
    """How a search ended; None while it can go on."""
    text = ledger.journal_text(search, CONCLUSION)
    return Conclusion.model_validate_json(text) if text else None


def read_break(ledger: Ledger, search: str) -> BreakTask | None:
    """Why a search broke off last; None when it never did."""
    text = ledger.journal_text(search, BROKEN)
    return BreakTask.model_validate_json(text) if text else None


def has_broken_off(conclusion: Conclusion | None, broken: BreakTask | None) -> bool:
    """Whether its last end was no end in order."""
    return broken is not None and (conclusion is None or conclusion.when < broken.when)


def has_ended(conclusion: Conclusion | None, broken: BreakTask | None) -> bool:
    """Whether nothing of it runs any more."""
    return conclusion is not None or broken is not None


def _lookback(review: Review) -> Lookback:
    return Lookback(number=review.number, when=review.ended, author=review.author, told=review.sentence())


def _chapter(entry: Entry, record: Record | None) -> Chapter:
    """The journal knows most, the trailers the verdict, and a branch without them is being worked on."""
    plain = Chapter(
        number=entry.number,
        parent=entry.parent,
        state="running",
        claim=entry.subject,
        champion=entry.champion,
        version=entry.version,
        commit=entry.tip,
    )
    if record is not None:
        told = {"parent": record.parent, "claim": record.hypothesis.claim, **_ending(record)}
        return plain.model_copy(update={**told, **_reviewed(entry)})
    if entry.trailers is None:
        return plain
    told = entry.trailers
    update = {"state": told.verdict, "claim": told.hypothesis, "stage": told.stage, "reason": told.reason, "ratio": told.ratio}
    return plain.model_copy(update={**update, "interval": told.interval})


def _reviewed(entry: Entry) -> dict[str, object]:
    """The newest verdict where a review gave it; who is demoted keeps the figures of the duel that it once won."""
    told = entry.trailers
    if told is None or told.review is None:
        return {}
    plain: dict[str, object] = {"state": told.verdict, "stage": told.stage, "reason": told.reason, "review": told.review}
    return plain if told.verdict == "demoted" else {**plain, "ratio": told.ratio, "interval": told.interval}


def _ending(record: Record) -> dict[str, object]:
    match record.verdict:
        case Rejected(stage=stage, reason=reason):
            return {"state": "rejected", "stage": stage, "reason": reason}
        case Baseline():
            return {"state": "baseline"}
        case Measured() as verdict if verdict.pairs == 0:
            return {"state": verdict.kind, "reason": verdict.reason}
        case Measured() as verdict:
            figures = {"ratio": verdict.ratio, "interval": verdict.interval, "pairs": verdict.pairs}
            later = {"confirmed_ratio": verdict.confirmed_ratio, "canary_ratio": verdict.canary_ratio}
            return {"state": verdict.kind, "reason": verdict.reason, "limit_share": limit_share(record.pairs), **figures, **later}


def limit_share(pairs: Sequence[Pair]) -> float | None:
    """The median over the candidate's arms of the announced load; None when none was measured."""
    shares = [pair.candidate.limit_share for pair in pairs if pair.void is None and pair.load == "announced"]
    known = [share for share in shares if share is not None]
    return median(known) if known else None
