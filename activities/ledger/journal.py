"""The journal of one search: a branch whose tree is enough to rebuild the search without Temporal's history."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from activities.ledger.errors import LedgerError, NameTaken, RefConflict, UnknownSearch
from activities.ledger.lock import locked
from activities.ledger.message import commit_message
from activities.ledger.names import NOISE, journal_branch
from activities.ledger.objects import REGULAR, Folder, blob, commit, replaced, ways
from activities.ledger.repository import Repository
from search.analysis import Analysis
from search.flight import Flight
from search.gate_test import GateTest
from search.measurement import Noise
from search.record import Record
from search.review import Review
from search.spec import Spec
from search.verb import Verb

README = """# The journal of a search

- `spec.json`: what was asked for, as typed.
- `facts.json`: what it was resolved to when the search began.
- `candidates/0003.json`: everything about candidate 3: its source commit, hypothesis, gates, every pair, profile, verdict.
  From the hundredth on they lie in folders by hundreds: `candidates/0400/0417.json`.
- `reviews/000001.json`: candidates that were judged again, why, and who is the champion since. Records stay as they are.
- `tests/NAME.py`, `tests/NAME.json`: a test that joined the gate, and who wrote it, why, and on which candidate it was found.
- `sessions/0003-implementer/0004.json`: what a model or one of its tools said, message by message, with what the reply cost.
- `analyses/0003.json`: what an analyst read from candidate 3's duel and profile. It decides nothing.
- `verbs/000001.json`: what an operator did (pause, steer, rollback, ...): who, when and why.
- `begun/0003.json`: what candidate 3 began with, so that it can begin again; `noise.json`: the noise of the machine at the start.
- `histories/`: Temporal's own history of every workflow, compressed, from the end of the search.
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

    def append(self, files: Mapping[str, str | bytes], *, message: str, when: datetime) -> str:
        """Add or replace files and return the journal's head; others that append at the same time are waited for."""
        for path in files:
            _check_path(path)
        try:
            with locked(self._repository.path / "journal.lock"):
                return self._append(files, message=message, when=when)
        except OSError as error:
            raise LedgerError(f"the ledger {self._repository.path} cannot be written: {error.strerror}") from error

    def _append(self, files: Mapping[str, str | bytes], *, message: str, when: datetime) -> str:
        while True:
            head = self._head()
            try:
                return self._commit(files, head=head, message=message, when=when)
            except RefConflict:
                continue  # a fetch from another machine came between

    def _commit(self, files: Mapping[str, str | bytes], *, head: str | None, message: str, when: datetime) -> str:
        """Only the folders on the way to the files are read and written, so that an append costs the same in a long journal."""
        passed = ways(files)
        present = dict(self._repository.folders(f"{head}:{path}" for path in passed)) if head else {}
        folders: dict[str, Folder] = {path: present[f"{head}:{path}"][1] if f"{head}:{path}" in present else {} for path in passed}
        blobs = {path: blob(text.encode() if isinstance(text, str) else text) for path, text in files.items()}
        if head and all(folders[path.rpartition("/")[0]].get(path.rpartition("/")[2]) == (REGULAR, blobs[path].name) for path in files):
            return head
        trees = replaced(folders, {path: each.name for path, each in blobs.items()})
        stamp = max(when, self._when(head)) if head else when  # a step that began earlier may be written later
        new = commit(tree=trees[-1].name, parents=[head] if head else [], message=commit_message(message), when=stamp)
        self._repository.store([*blobs.values(), *trees, new])
        self._repository.move(self._branch, new.name, head)
        return new.name

    def _when(self, head: str) -> datetime:
        text = next(self._repository.read([head])).decode(errors="replace")
        return datetime.fromtimestamp(int(text.partition("\ncommitter ")[2].partition("\n")[0].split()[-2]), UTC)

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
        return tuple(self._repository.contents(self._head(), "candidates/").blobs.values())

    def read_records(self, names: Iterable[str]) -> tuple[Record, ...]:
        """The records that these objects hold, in their order."""
        return tuple(Record.model_validate_json(text) for text in self._repository.read(names))

    def reviews(self) -> tuple[Review, ...]:
        """All second looks, the oldest first."""
        names = [name for _, name in sorted(self._repository.contents(self._head(), "reviews/").blobs.items())]
        return tuple(Review.model_validate_json(text) for text in self._repository.read(names))

    def tests(self) -> tuple[GateTest, ...]:
        """All tests that joined the gate, by name."""
        blobs = self._repository.contents(self._head(), "tests/").blobs
        names = [name for path, name in sorted(blobs.items()) if path.endswith(".json")]
        return tuple(GateTest.model_validate_json(text) for text in self._repository.read(names))

    def verbs(self) -> tuple[Verb, ...]:
        """What operators did, in order."""
        texts = self.texts("verbs/")
        return tuple(Verb.model_validate_json(texts[path]) for path in sorted(texts))

    def flights(self) -> tuple[Flight, ...]:
        """What every candidate began with, by number."""
        flights = (Flight.model_validate_json(text) for text in self.texts("begun/").values())
        return tuple(sorted(flights, key=lambda flight: flight.number))

    def noise(self) -> Noise | None:
        """Of the machine when the search began; None where it was not measured."""
        text = self.text(NOISE)
        return Noise.model_validate_json(text) if text else None

    def times(self) -> tuple[datetime, datetime]:
        """When the journal began, and when it was added to last."""
        stamps = self._repository.run("log", "--first-parent", "--format=%ct", self._branch, "--").split()
        return datetime.fromtimestamp(int(stamps[-1]), UTC), datetime.fromtimestamp(int(stamps[0]), UTC)

    def analyses(self) -> Mapping[int, Analysis]:
        """What analysts said, by candidate."""
        texts = self.texts("analyses/")
        told = (Analysis.model_validate_json(text) for text in texts.values())
        return {analysis.candidate: analysis for analysis in told}

    def text(self, path: str) -> str | None:
        """One file, None when the journal has none of this name."""
        content = self.content(path)
        return None if content is None else content.decode()

    def content(self, path: str) -> bytes | None:
        """One file as it is, None when the journal has none of this name."""
        name = self._repository.contents(self._head(), path).blobs.get(path)
        return None if name is None else next(self._repository.read([name]))

    def paths(self, prefix: str) -> tuple[str, ...]:
        """All files whose path begins so."""
        return tuple(sorted(path for path in self._repository.contents(self._head()).blobs if path.startswith(prefix)))

    def texts(self, prefix: str) -> Mapping[str, str]:
        """All files whose path begins so, by path."""
        folder = prefix[: prefix.rfind("/") + 1]
        blobs = self._repository.contents(self._head(), *([folder] if folder else [])).blobs
        chosen = {path: name for path, name in blobs.items() if path.startswith(prefix)}
        return {path: text.decode() for path, text in zip(chosen, self._repository.read(chosen.values()), strict=True)}

    def _required(self, path: str) -> str:
        text = self.text(path)
        if text is None:
            raise LedgerError(f"the journal of search {self._search!r} lacks {path}")
        return text


def record_path(number: int) -> str:
    """Where the journal keeps a candidate's record; from 100 on by hundreds, since each append writes the whole folder anew."""
    hundred = f"{number - number % 100:04d}/" if number >= 100 else ""
    return f"candidates/{hundred}{number:04d}.json"


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
