"""The journal of one search: a branch whose tree is enough to rebuild the search without Temporal's history."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from activities.ledger.errors import LedgerError, NameTaken, RefConflict, UnknownSearch
from activities.ledger.lock import locked
from activities.ledger.message import commit_message
from activities.ledger.names import journal_branch
from activities.ledger.objects import blob, commit, trees
from activities.ledger.repository import Contents, Repository
from search.analysis import Analysis
from search.gate_test import GateTest
from search.record import Record
from search.review import Review
from search.spec import Spec

README = """# The journal of a search

- `spec.json`: what was asked for, as typed.
- `facts.json`: what it was resolved to when the search began.
- `candidates/0003.json`: everything about candidate 3: its source commit, hypothesis, gates, every pair, profile, verdict.
- `reviews/000001.json`: candidates that were judged again, why, and who is the champion since. Records stay as they are.
- `tests/NAME.py`, `tests/NAME.json`: a test that joined the gate, and who wrote it, why, and on which candidate it was found.
- `sessions/0003-implementer/0004.json`: what a model or one of its tools said, message by message, with what the reply cost.
- `analyses/0003.json`: what an analyst read from candidate 3's duel and profile. It decides nothing.
- `planner.json`: the planner's roadmap, and what it concluded on each direction.
- other files: transcripts, profiles and whatever else a step kept.

The candidates themselves are the branches beside this one:

    git log --graph --oneline --all          the tree of candidates with their verdicts
    git show search/NAME/candidate/3         the verdict of candidate 3, every pair and the trailers
    git diff search/NAME/candidate/1 search/NAME/candidate/3
    git show search/NAME/journal:candidates/0003.json
"""


class Journal:
    """Appends and reads; each append is one commit, and the same append again is none."""

    def __init__(self, repository: Repository, search: str) -> None:
        self._repository = repository
        self._search = search
        self._branch = journal_branch(search)

    def create(self, spec: Spec, *, facts: Mapping[str, str], when: datetime) -> str:
        """Begin the journal; harmless when it began with the same content, else NameTaken."""
        files = {
            "README.md": README,
            "spec.json": spec.model_dump_json(indent=1) + "\n",
            "facts.json": json.dumps(dict(facts), indent=1, sort_keys=True) + "\n",
        }
        head = self._repository.where(self._branch)
        if head is None:
            try:
                return self._commit(files, head=None, message=f"Search {self._search} begins", when=when)
            except RefConflict:
                head = self._head()
        present = self._repository.contents(head).blobs
        if any(present.get(path) != blob(text.encode()).name for path, text in files.items() if path != "README.md"):
            raise NameTaken(self._search)
        return head

    def append(self, files: Mapping[str, str], *, message: str, when: datetime) -> str:
        """Add or replace files and return the journal's head; others that append at the same time are waited for."""
        for path in files:
            _check_path(path)
        try:
            with locked(self._repository.path / "journal.lock"):
                return self._append(files, message=message, when=when)
        except OSError as error:
            raise LedgerError(f"the ledger {self._repository.path} cannot be written: {error.strerror}") from error

    def _append(self, files: Mapping[str, str], *, message: str, when: datetime) -> str:
        while True:
            head = self._head()
            try:
                return self._commit(files, head=head, message=message, when=when)
            except RefConflict:
                continue  # a fetch from another machine came between

    def _commit(self, files: Mapping[str, str], *, head: str | None, message: str, when: datetime) -> str:
        present = self._repository.contents(head) if head else Contents({}, frozenset())
        blobs = {path: blob(text.encode()) for path, text in files.items()}
        if head and all(present.blobs.get(path) == each.name for path, each in blobs.items()):
            return head
        folders = trees({**present.blobs, **{path: each.name for path, each in blobs.items()}})
        new = commit(tree=folders[-1].name, parents=[head] if head else [], message=commit_message(message), when=when)
        self._repository.store([*(each for each in (*blobs.values(), *folders) if each.name not in present.names), new])
        self._repository.move(self._branch, new.name, head)
        return new.name

    def _head(self) -> str:
        head = self._repository.where(self._branch)
        if head is None:
            raise UnknownSearch(self._search, searches(self._repository))
        return head

    def spec(self) -> Spec:
        """What was asked for."""
        return Spec.model_validate_json(self._required("spec.json"))

    def facts(self) -> Mapping[str, str]:
        """What it was resolved to."""
        return json.loads(self._required("facts.json"))

    def records(self) -> tuple[Record, ...]:
        """All finished candidates by number."""
        return tuple(sorted(self.read_records(self.record_names()), key=lambda record: record.number))

    def record_names(self) -> tuple[str, ...]:
        """The objects that hold the records; equal names are equal records."""
        blobs = self._repository.contents(self._head()).blobs
        return tuple(name for path, name in blobs.items() if path.startswith("candidates/"))

    def read_records(self, names: Iterable[str]) -> tuple[Record, ...]:
        """The records that these objects hold, in their order."""
        return tuple(Record.model_validate_json(text) for text in self._repository.read(names))

    def reviews(self) -> tuple[Review, ...]:
        """All second looks, the oldest first."""
        blobs = self._repository.contents(self._head()).blobs
        names = [name for path, name in sorted(blobs.items()) if path.startswith("reviews/")]
        return tuple(Review.model_validate_json(text) for text in self._repository.read(names))

    def tests(self) -> tuple[GateTest, ...]:
        """All tests that joined the gate, by name."""
        blobs = self._repository.contents(self._head()).blobs
        names = [name for path, name in sorted(blobs.items()) if path.startswith("tests/") and path.endswith(".json")]
        return tuple(GateTest.model_validate_json(text) for text in self._repository.read(names))

    def analyses(self) -> Mapping[int, Analysis]:
        """What analysts said, by candidate."""
        texts = self.texts("analyses/")
        told = (Analysis.model_validate_json(text) for text in texts.values())
        return {analysis.candidate: analysis for analysis in told}

    def text(self, path: str) -> str | None:
        """One file, None when the journal has none of this name."""
        name = self._repository.contents(self._head()).blobs.get(path)
        return None if name is None else next(self._repository.read([name])).decode()

    def texts(self, prefix: str) -> Mapping[str, str]:
        """All files whose path begins so, by path."""
        blobs = self._repository.contents(self._head()).blobs
        chosen = {path: name for path, name in blobs.items() if path.startswith(prefix)}
        return {path: text.decode() for path, text in zip(chosen, self._repository.read(chosen.values()), strict=True)}

    def _required(self, path: str) -> str:
        text = self.text(path)
        if text is None:
            raise LedgerError(f"the journal of search {self._search!r} lacks {path}")
        return text


def record_path(number: int) -> str:
    """Where the journal keeps a candidate's record."""
    return f"candidates/{number:04d}.json"


def record_text(record: Record) -> str:
    """A record as the journal keeps it."""
    return record.model_dump_json(indent=1) + "\n"


def review_path(number: int) -> str:
    """Where the journal keeps a review; many digits, so that names sort as numbers do."""
    return f"reviews/{number:06d}.json"


def analysis_path(number: int) -> str:
    """Where the journal keeps what an analyst said about a candidate."""
    return f"analyses/{number:04d}.json"


def program_files(test: GateTest) -> Mapping[str, str]:
    """A test as the journal keeps it: the program to run, and all that is known of it."""
    return {f"tests/{test.name}.py": test.program, f"tests/{test.name}.json": test.model_dump_json(indent=1) + "\n"}


def searches(repository: Repository) -> tuple[str, ...]:
    """Names of all searches of a ledger."""
    listing = repository.run("for-each-ref", "--format=%(refname)", journal_branch("*")).decode()
    return tuple(ref.split("/")[3] for ref in listing.splitlines())


def _check_path(path: str) -> None:
    pure = PurePosixPath(path)
    unusual = pure.is_absolute() or str(pure) != path or any(part == ".." or part.lower().startswith(".git") for part in pure.parts)
    if unusual or not path.isprintable() or "\\" in path:
        raise ValueError(f"{path!r} cannot name a file of the journal")
