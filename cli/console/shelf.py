"""The searches of a home as the page reads them: from git alone, and nothing twice while no branch has moved."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from activities.home import Home
from activities.ledger.errors import UnknownSearch
from activities.ledger.history import Entry
from activities.ledger.ledger import Ledger
from activities.review_task import BreakTask
from activities.task import Conclusion
from cli.chronicle import Chapter, chapters_of, has_ended, read_break, read_conclusion
from cli.compared import Compared, read_comparisons
from cli.mistakes import misuse
from search.analysis import Analysis
from search.record import Record
from search.review import Review
from search.spec import Spec
from search.verb import Verb


@dataclass(frozen=True)
class Tale:
    """One search as the ledger tells it."""

    search: str
    state: str
    """Changes whenever a branch of the search moves."""
    spec: Spec
    facts: Mapping[str, str]
    entries: tuple[Entry, ...]
    chapters: tuple[Chapter, ...]
    """By number."""
    records: tuple[Record, ...]
    """In the order in which the candidates ended."""
    reviews: tuple[Review, ...]
    conclusion: Conclusion | None
    broken: BreakTask | None
    analyses: Mapping[int, Analysis]
    """What analysts said, by candidate."""
    verbs: tuple[Verb, ...]
    """What operators did, in order."""
    comparisons: tuple[Compared, ...]
    """With rivals, the oldest first."""

    def chapter(self, number: int) -> Chapter | None:
        """One candidate in short."""
        return next((chapter for chapter in self.chapters if chapter.number == number), None)

    def record(self, number: int) -> Record | None:
        """Everything about a finished candidate."""
        return next((record for record in self.records if record.number == number), None)


class Shelf:
    """Any number of threads may read, two never the same search; records are kept by the name of their object."""

    def __init__(self, home: Home) -> None:
        """Nothing is read yet."""
        self._home = home
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._tales: dict[str, Tale] = {}
        self._records: dict[str, dict[str, Record]] = {}

    def ledger(self) -> Ledger | None:
        """The ledger, None while the home has none."""
        return Ledger.open(self._home.ledger) if self._home.ledger.exists() else None

    def searches(self) -> tuple[str, ...]:
        """Names of all searches, the one that began last first."""
        ledger = self.ledger()
        tales = [self.tale(name) for name in ledger.searches()] if ledger else []
        return tuple(tale.search for tale in sorted(tales, key=_began, reverse=True))

    def state(self, search: str) -> str:
        """Where the branches of a search stand."""
        ledger = self.ledger()
        return ledger.state(search) if ledger else ""

    def tale(self, search: str) -> Tale:
        """A search; Misuse when there is none of this name."""
        ledger = self.ledger()
        if ledger is None:
            with misuse(UnknownSearch):
                raise UnknownSearch(search, ())
        with misuse(UnknownSearch):
            if search not in ledger.searches():
                raise UnknownSearch(search, ledger.searches())
        with self._locks[search]:
            state = ledger.state(search)
            known = self._tales.get(search)
            if known is None or known.state != state:
                known = self._tales[search] = self._read(ledger, search, state)
            return known

    def _read(self, ledger: Ledger, search: str, state: str) -> Tale:
        with ThreadPoolExecutor(1) as aside:  # which mostly waits for git, while records are parsed here
            entries = aside.submit(ledger.log, search)
            spec, facts = aside.submit(ledger.read_spec, search), aside.submit(ledger.read_facts, search)
            reviews = aside.submit(ledger.reviews, search)
            conclusion, broken = aside.submit(read_conclusion, ledger, search), aside.submit(read_break, ledger, search)
            analyses, comparisons = aside.submit(ledger.analyses, search), aside.submit(read_comparisons, ledger, search)
            verbs = aside.submit(ledger.verbs, search)
            records = self._read_records(ledger, search)
        return Tale(
            search=search,
            state=state,
            spec=spec.result(),
            facts=facts.result(),
            entries=entries.result(),
            chapters=chapters_of(entries.result(), records, ended=has_ended(conclusion.result(), broken.result())),
            records=tuple(sorted(records, key=lambda record: (record.ended, record.number))),
            reviews=reviews.result(),
            conclusion=conclusion.result(),
            broken=broken.result(),
            analyses=analyses.result(),
            comparisons=comparisons.result(),
            verbs=verbs.result(),
        )

    def _read_records(self, ledger: Ledger, search: str) -> tuple[Record, ...]:
        known, names = self._records.setdefault(search, {}), ledger.record_names(search)
        missing = [name for name in names if name not in known]
        if missing:
            known.update(zip(missing, ledger.read_records(search, missing), strict=True))
        return tuple(known[name] for name in names)


def _began(tale: Tale) -> float:
    return min((entry.when.timestamp() for entry in tale.entries), default=0.0)
