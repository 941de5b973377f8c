"""The git repository of all searches: candidates, verdicts, champions and journals, each written exactly once."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from activities.ledger.audit import Audit, audit
from activities.ledger.bundle import export_search, import_search
from activities.ledger.checkout import checkout
from activities.ledger.errors import LedgerError
from activities.ledger.files import fit_files
from activities.ledger.history import Entry, read_history, state_of
from activities.ledger.journal import Journal, analysis_path, program_files, record_path, record_text, review_path, searches
from activities.ledger.message import commit_message, verdict_message, verdict_subject
from activities.ledger.names import candidate_branch
from activities.ledger.objects import blob, commit, trees
from activities.ledger.records import Records
from activities.ledger.repository import Repository
from activities.ledger.reviews import changed, crown, mark, write_retrial
from search.analysis import Analysis
from search.flight import Flight
from search.gate_test import GateTest
from search.measurement import Noise
from search.record import Record
from search.review import Review
from search.source import ObjectId, Source
from search.spec import Spec
from search.verb import Verb


class Ledger:
    """Any number of threads and processes may use one ledger; a step that is repeated changes nothing."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._records = Records(repository)

    @classmethod
    def open(cls, path: Path) -> "Ledger":
        """The ledger at the path, made when nothing is there; LedgerError when that is no bare repository or cannot be made."""
        if path.exists() and not path.is_dir():
            raise LedgerError(f"the ledger {path} is a file; it must be a bare git repository")
        if not path.exists():
            Repository(path).initialise()
        repository = Repository(path)
        if not repository.is_bare():
            raise LedgerError(f"{path} is not a bare git repository; move it away, or name another home")
        return cls(repository)

    @property
    def path(self) -> Path:
        """The folder of the repository."""
        return self._repository.path

    def create_search(self, spec: Spec, *, facts: Mapping[str, str], when: datetime) -> ObjectId:
        """Begin the journal of `spec.name`; NameTaken when it began with another content, harmless when with the same."""
        return Journal(self._repository, spec.name).create(spec, facts=facts, when=when)

    def searches(self) -> tuple[str, ...]:
        """Names of all searches."""
        return searches(self._repository)

    def read_spec(self, search: str) -> Spec:
        """What a search was asked for."""
        return Journal(self._repository, search).spec()

    def read_facts(self, search: str) -> Mapping[str, str]:
        """What a search's request was resolved to when it began."""
        return Journal(self._repository, search).facts()

    def commit_files(self, branch: str, *, parent: ObjectId | None, files: Mapping[str, str], message: str, when: datetime) -> Source:
        """Commit exactly these files on a branch that is new or stands at `parent`; UnfitFiles when the candidate is at fault.
        A branch that begins with these files on this parent is left as it is: a candidate that begins again begins where it began."""
        blobs = {path: blob(content) for path, content in fit_files(files).items()}
        folders = trees({path: each.name for path, each in blobs.items()})
        parents = [parent] if parent else []
        known = self._first_commit(branch, parent, folders[-1].name)
        if known:
            return known
        new = commit(tree=folders[-1].name, parents=parents, message=commit_message(message), when=when)
        self._repository.store_checked([*blobs.values(), *folders, new])
        self._repository.move(branch, new.name, parent if self._repository.where(branch) else None)
        return Source(commit=new.name, tree=folders[-1].name)

    def _first_commit(self, branch: str, parent: ObjectId | None, tree: ObjectId) -> Source | None:
        """The commit with this tree that stands right above the parent on a branch."""
        tip = self._repository.where(branch)
        if tip is None or tip == parent:
            return None
        above = self._repository.run("rev-list", "--first-parent", "--reverse", *([f"{parent}..{tip}"] if parent else [tip]), "--")
        first = above.decode().split("\n", 1)[0]
        if not first or self._repository.run("log", "-1", "--format=%P", first, "--").decode().split()[:1] != ([parent] if parent else []):
            return None
        return Source(commit=first, tree=tree) if self.tree(first) == tree else None

    def keep_files(self, files: Mapping[str, str]) -> ObjectId:
        """Keep exactly these files without a commit; their tree. UnfitFiles when the candidate is at fault."""
        blobs = {path: blob(content) for path, content in fit_files(files).items()}
        folders = trees({path: each.name for path, each in blobs.items()})
        self._repository.store_checked([*blobs.values(), *folders])
        return folders[-1].name

    def write_verdict(self, spec: Spec, record: Record, *, when: datetime) -> ObjectId:
        """End a candidate's branch with a commit of the same tree that tells how it ended."""
        source = record.source
        new = commit(tree=source.tree, parents=[source.commit], message=verdict_message(spec, record), when=when)
        self._repository.store_checked([new])
        self._repository.move(candidate_branch(spec.name, record.number), new.name, source.commit)
        return new.name

    def promote(self, search: str, number: int, *, previous: int | None, version: int, when: datetime) -> ObjectId:
        """Make a promoted candidate the champion after `previous` and tag it as the version-th."""
        tip = crown(self._repository, search, number, previous=previous)
        mark(self._repository, search, number, version=version, when=when)
        return tip

    def write_review(self, spec: Spec, review: Review, *, promotions: int) -> ObjectId:
        """Tell what a second look found: on the branches whose reign it ends or begins, by the champion's branch, and in the journal.
        `promotions` is the number of the last tag before it."""
        records = {record.number: record for record in self.records(spec.name)}
        for retrial in changed(review):
            write_retrial(self._repository, spec, records[retrial.number], retrial, review)
        raised = [retrial.number for retrial in review.retrials if retrial.raised]
        for version, number in enumerate(raised, start=promotions + 1):
            mark(self._repository, spec.name, number, version=version, when=review.ended)
        crown(self._repository, spec.name, review.champion, previous=review.champion_before)
        text = review.model_dump_json(indent=1) + "\n"
        return self.append(spec.name, {review_path(review.number): text}, message=review.sentence(), when=review.ended)

    def keep_test(self, search: str, test: GateTest, *, when: datetime) -> ObjectId:
        """Let a test join the gate."""
        message = f"Test {test.name} joins the gate\n\nby {test.author}, found on candidate {test.accused}: {test.why}"
        return self.append(search, program_files(test), message=message, when=when)

    def keep_analysis(self, search: str, analysis: Analysis, *, when: datetime) -> ObjectId:
        """Keep what an analyst said about a candidate."""
        text = analysis.model_dump_json(indent=1) + "\n"
        return self.append(
            search, {analysis_path(analysis.candidate): text}, message=f"Analysis of candidate {analysis.candidate}", when=when
        )

    def analyses(self, search: str) -> Mapping[int, Analysis]:
        """What analysts said, by candidate."""
        return Journal(self._repository, search).analyses()

    def verbs(self, search: str) -> tuple[Verb, ...]:
        """What operators did, in order."""
        return Journal(self._repository, search).verbs()

    def flights(self, search: str) -> tuple[Flight, ...]:
        """What every candidate began with, by number."""
        return Journal(self._repository, search).flights()

    def noise(self, search: str) -> Noise | None:
        """Of the machine when the search began; None where it was not measured."""
        return Journal(self._repository, search).noise()

    def times(self, search: str) -> tuple[datetime, datetime]:
        """When a search's journal began, and when it was added to last."""
        return Journal(self._repository, search).times()

    def reviews(self, search: str) -> tuple[Review, ...]:
        """All second looks, the oldest first."""
        return Journal(self._repository, search).reviews()

    def tests(self, search: str) -> tuple[GateTest, ...]:
        """All tests that joined the gate, by name."""
        return Journal(self._repository, search).tests()

    def append(self, search: str, files: Mapping[str, str | bytes], *, message: str, when: datetime) -> ObjectId:
        """Add or replace files of a search's journal; the same files again make no commit."""
        return Journal(self._repository, search).append(files, message=message, when=when)

    def append_record(self, search: str, record: Record, *, when: datetime) -> ObjectId:
        """Keep everything about a finished candidate in the journal."""
        return self.append(search, {record_path(record.number): record_text(record)}, message=verdict_subject(record), when=when)

    def records(self, search: str) -> tuple[Record, ...]:
        """All finished candidates by number; only those that were not read before are read."""
        return self._records.of(search)

    def record_names(self, search: str) -> tuple[ObjectId, ...]:
        """The objects that hold the records of a search; equal names are equal records."""
        return Journal(self._repository, search).record_names()

    def read_records(self, search: str, names: Iterable[ObjectId]) -> tuple[Record, ...]:
        """The records that these objects hold, in their order: for readers that keep what they have read."""
        return Journal(self._repository, search).read_records(names)

    def state(self, search: str) -> str:
        """A text that changes whenever a branch or tag of a search moves; short and quick, for those who watch."""
        return state_of(self._repository, search)

    def journal_text(self, search: str, path: str) -> str | None:
        """One file of a search's journal, None when it has none of this name."""
        return Journal(self._repository, search).text(path)

    def journal_content(self, search: str, path: str) -> bytes | None:
        """One file of a search's journal as it is, None when it has none of this name."""
        return Journal(self._repository, search).content(path)

    def journal_paths(self, search: str, prefix: str) -> tuple[str, ...]:
        """The files of a search's journal whose path begins with `prefix`."""
        return Journal(self._repository, search).paths(prefix)

    def journal_texts(self, search: str, prefix: str) -> Mapping[str, str]:
        """All files of a search's journal whose path begins with `prefix`, by path."""
        return Journal(self._repository, search).texts(prefix)

    def log(self, search: str) -> tuple[Entry, ...]:
        """All candidates by number as their branches tell, those without a verdict too."""
        return read_history(self._repository, search)

    def tip(self, branch: str) -> ObjectId | None:
        """The commit at which a branch stands."""
        return self._repository.where(branch)

    def find_commit(self, search: str, text: str) -> ObjectId | None:
        """The full name of a commit that is part of a candidate's history; None for anything else."""
        if not re.fullmatch(r"[0-9a-f]{4,40}", text):
            return None
        status, output, _ = self._repository.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
        commit = output.decode().strip()
        branches = f"refs/heads/search/{search}/candidate/"
        known = status == 0 and self._repository.run("for-each-ref", f"--contains={commit}", "--format=%(refname)", branches)
        return commit if known else None

    def tree(self, commit: ObjectId) -> ObjectId:
        """The tree of a commit."""
        return self._repository.run("rev-parse", f"{commit}^{{tree}}").decode().strip()

    def files(self, commit: ObjectId) -> Mapping[str, str]:
        """Paths and texts of a commit or tree."""
        blobs = self._repository.contents(commit).blobs
        texts = (content.decode(errors="replace") for content in self._repository.read(blobs.values()))
        return dict(zip(blobs, texts, strict=True))

    def diff(self, before: ObjectId, after: ObjectId) -> str:
        """What changed between two commits or trees, as `git diff` prints it."""
        options = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames")
        return self._repository.run("diff", *options, before, after, "--").decode(errors="replace")

    def audit(self, search: str, *, evaluator: str, since: str | None = None) -> Audit:
        """Whether the history of a search holds together; `evaluator` is the digest of today's."""
        return audit(self._repository, search, evaluator=evaluator, since=since)

    def export(self, search: str, to: Path) -> int:
        """Write a search to one file; its size in bytes."""
        return export_search(self._repository, search, to)

    def take(self, file: Path) -> str:
        """Add the search that a file holds, and answer its name; BrokenBundle when it cannot be taken."""
        return import_search(self._repository, file)

    def tidy(self) -> None:
        """Pack loose objects, which makes a long search's ledger small; others may read and write meanwhile."""
        self._repository.tidy()

    def checkout(self, tree: ObjectId, to: Path) -> Path:
        """Make a read-only folder hold a tree; one that holds it already is used as it is."""
        return checkout(self._repository, tree, to)
