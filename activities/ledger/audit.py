"""Walks the ledger of one search and proves that its history holds together: nothing rewritten, nothing promoted without its pairs."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from activities.ledger.errors import LedgerError
from activities.ledger.history import Entry, read_history
from activities.ledger.journal import Journal
from activities.ledger.message import retrial_message, verdict_message
from activities.ledger.names import candidate_branch, journal_branch
from activities.ledger.objects import IDENTITY
from activities.ledger.repository import Repository
from activities.ledger.reviews import changed
from activities.ledger.verdicts import read_ending
from search import succession
from search.lineage import held_out_ratios, is_crowned
from search.record import Record
from search.review import Review
from search.source import ObjectId
from search.spec import Spec
from search.statistics import interval, median_ratio
from search.value import Value
from search.verb import Verb
from search.verdict import Measured

WRITTEN_ONCE = ("candidates/", "reviews/", "tests/", "verbs/", "begun/", "noise.json", "spec.json", "facts.json")
"""Files of the journal that no later commit may change."""
ROUNDING = 1e-9
COMMIT_FORMAT = "%x00%H%x01%P%x01%cn <%ce>%x01%ct%x01"


class Finding(Value):
    """Something that does not hold."""

    subject: str
    """For example `candidate 3`, or `the journal`."""
    problem: str


class Audit(Value):
    """What was walked and what does not hold in it."""

    search: str
    candidates: int
    promotions: int
    pairs: int
    journal_commits: int
    head: ObjectId
    """Where the journal stands. Kept elsewhere, it lets a later audit prove that this history was only added to."""
    verbs: int
    """What operators did."""
    recomputed: int
    """Verdicts whose interval was computed again from their pairs; one that another evaluator gave is left as it is."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether everything holds."""
        return not self.findings


def audit(repository: Repository, search: str, *, evaluator: str, since: str | None = None) -> Audit:
    """The whole walk; `since` is a head that an earlier audit told, `evaluator` the digest of today's. Raises UnknownSearch."""
    entries = read_history(repository, search)
    journal = Journal(repository, search)
    head = repository.where(journal_branch(search))
    assert head is not None, "a search that is known has a journal"
    spec, records, reviews, verbs = journal.spec(), journal.records(), journal.reviews(), journal.verbs()
    commits = tuple(_journal_commits(repository, head))
    findings = (
        *_broken_objects(repository),
        *_forgotten(repository, head, since),
        *_rewritten(commits),
        *_unrecorded(entries, records),
        *_falsified(repository, spec, entries, records),
        *_unproven(entries, records, reviews),
        *_untold(repository, spec, records, reviews),
        *_miscounted(records, evaluator),
        *_repeated_seeds(records),
        *_missing_verbs(verbs),
    )
    return Audit(
        search=search,
        candidates=len(records),
        promotions=sum(is_crowned(record) and record.number > 0 for record in records),
        pairs=sum(len(record.pairs) for record in records),
        journal_commits=len(commits),
        head=head,
        verbs=len(verbs),
        recomputed=sum(_is_comparable(record, evaluator) for record in records),
        findings=findings,
    )


class _Commit(Value):
    name: str
    parents: tuple[str, ...]
    committer: str
    stamp: int
    changes: tuple[tuple[str, str], ...]
    """Status letter and path."""


def _journal_commits(repository: Repository, head: str) -> Iterator[_Commit]:
    """The journal's history, the oldest first."""
    options = ("--first-parent", "--reverse", "--name-status", "--no-renames", "--root", f"--format={COMMIT_FORMAT}")
    text = repository.run("log", *options, head, "--").decode(errors="replace")
    for entry in text.split("\0")[1:]:
        name, parents, committer, stamp, changes = entry.split("\1")
        rows = (line.partition("\t") for line in changes.strip().splitlines())
        yield _Commit(
            name=name,
            parents=tuple(parents.split()),
            committer=committer,
            stamp=int(stamp),
            changes=tuple((letter, path) for letter, _, path in rows),
        )


def _broken_objects(repository: Repository) -> Iterator[Finding]:
    status, output, complaint = repository.attempt("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
    if status:
        first = next(iter([*complaint.splitlines(), *output.decode(errors="replace").splitlines()]), f"git fsck ended with {status}")
        yield Finding(subject="the repository", problem=f"an object is broken or missing: {first}")


def _forgotten(repository: Repository, head: str, since: str | None) -> Iterator[Finding]:
    if since is not None and repository.attempt("merge-base", "--is-ancestor", since, head)[0] != 0:
        yield Finding(subject="the journal", problem=f"{since} is not part of its history: what it told was replaced")


def _rewritten(commits: Sequence[_Commit]) -> Iterator[Finding]:
    latest = 0
    for commit in commits:
        subject = f"journal commit {commit.name[:10]}"
        for letter, path in commit.changes:
            if letter != "A" and path.startswith(WRITTEN_ONCE):
                yield Finding(subject=subject, problem=f"{'removes' if letter == 'D' else 'changes'} {path}, which is written once")
        if commit.committer != IDENTITY:
            yield Finding(subject=subject, problem=f"was written by {commit.committer}, not by VibeServe")
        if len(commit.parents) > 1:
            yield Finding(subject=subject, problem="joins two histories")
        if commit.stamp < latest:
            yield Finding(subject=subject, problem="is older than the commit before it")
        latest = max(latest, commit.stamp)


def _unrecorded(entries: Sequence[Entry], records: Sequence[Record]) -> Iterator[Finding]:
    """Every verdict has its record, and every record its branch."""
    judged = {entry.number for entry in entries if entry.trailers}
    recorded = {record.number for record in records}
    for number in sorted(judged - recorded):
        yield Finding(subject=f"candidate {number}", problem="its branch tells a verdict, but the journal has no record of it")
    for number in sorted(recorded - judged):
        yield Finding(subject=f"candidate {number}", problem="the journal has its record, but no branch tells its verdict")


def _falsified(repository: Repository, spec: Spec, entries: Sequence[Entry], records: Sequence[Record]) -> Iterator[Finding]:
    """Branch and record tell the same, and the judged source is where the record says."""
    branches = {entry.number: entry for entry in entries if entry.trailers}
    sources = {record.number: record.source.commit for record in records}
    for record in records:
        entry = branches.get(record.number)
        if entry is None:
            continue
        subject = f"candidate {record.number}"
        if entry.source != record.source:
            yield Finding(subject=subject, problem=f"its branch ends at source {entry.source.commit[:10]}, not {record.source.commit[:10]}")
        if _message(repository, entry.verdict or entry.tip) != verdict_message(spec, record).rstrip("\n"):
            yield Finding(subject=subject, problem="the verdict on its branch does not tell what its record tells")
        parent = None if record.parent is None else sources.get(record.parent)
        if parent is not None and not _descends(repository, record.source.commit, parent):
            yield Finding(subject=subject, problem=f"its source does not descend from candidate {record.parent}")


def _unproven(entries: Sequence[Entry], records: Sequence[Record], reviews: Sequence[Review]) -> Iterator[Finding]:
    """Every promotion has its tag and its pairs, and the newest one reigns."""
    raised = {retrial.number for review in reviews for retrial in review.retrials if retrial.raised}
    crowned = [record for record in records if is_crowned(record) or record.number in raised]
    versions = {entry.number: entry.version for entry in entries if entry.version is not None}
    for record in crowned:
        subject = f"candidate {record.number}"
        if record.number not in versions:
            yield Finding(subject=subject, problem="it was promoted, but no tag marks the promotion")
        if record.number and is_crowned(record) and not _won_pairs(record):
            yield Finding(subject=subject, problem="it was promoted without valid pairs of a duel and of a confirmation")
    for number in sorted(versions.keys() - {record.number for record in crowned}):
        yield Finding(subject=f"candidate {number}", problem=f"tag v{versions[number]} marks it as a champion, but no record promotes it")
    order = sorted(versions.values())
    if order != list(range(len(order))):
        yield Finding(subject="the promotions", problem=f"their tags are numbered {order}, which is not 0, 1, 2 and so on")
    found = [entry.number for entry in entries if entry.champion]
    champion = succession.reigning(records, reviews)
    if found != ([] if champion is None else [champion.number]):
        due = "nobody" if champion is None else f"candidate {champion.number}"
        yield Finding(subject="the champion", problem=f"the branch stands at candidate {found}, the verdicts make {due} the champion")


def _untold(repository: Repository, spec: Spec, records: Sequence[Record], reviews: Sequence[Review]) -> Iterator[Finding]:
    """The branches tell what the reviews found, all of it and nothing else."""
    due: dict[int, list[str]] = {record.number: [] for record in records}
    known = {record.number: record for record in records}
    for review in reviews:
        for retrial in changed(review):
            if retrial.number in known:
                due[retrial.number].append(retrial_message(spec, known[retrial.number], retrial, review).rstrip("\n"))
    for number, messages in due.items():
        tip = repository.where(candidate_branch(spec.name, number))
        above = read_ending(repository, tip).verdicts[:-1] if tip else ()
        if [_message(repository, told.commit) for told in reversed(above)] != messages:
            yield Finding(subject=f"candidate {number}", problem="its branch does not tell what the reviews found")


def _miscounted(records: Iterable[Record], evaluator: str) -> Iterator[Finding]:
    """Verdicts follow from their pairs."""
    for record in records:
        verdict, subject = record.verdict, f"candidate {record.number}"
        if any(not math.isfinite(arm.score) for pair in record.pairs for arm in (pair.champion, pair.candidate)):
            yield Finding(subject=subject, problem="a score is no finite number")
        elif isinstance(verdict, Measured) and verdict.pairs > 1:
            yield from (Finding(subject=subject, problem=problem) for problem in _wrong_figures(record, verdict, evaluator))
        if any(pair.device != record.device for pair in record.pairs):
            yield Finding(subject=subject, problem="its pairs were measured on different classes of device")


def _wrong_figures(record: Record, verdict: Measured, evaluator: str) -> Iterator[str]:
    duel, confirmation = _ratios(record)
    if len(duel) != verdict.pairs:
        yield f"its verdict counts {verdict.pairs} pairs, its record holds {len(duel)} valid ones"
        return
    if not _near(median_ratio(duel), verdict.ratio):
        yield f"its pairs give a ratio of {median_ratio(duel):.4f}, its verdict says {verdict.ratio:.4f}"
    if _is_comparable(record, evaluator):
        found = interval(duel, verdict.interval.level)
        if not (_near(found.low, verdict.interval.low) and _near(found.high, verdict.interval.high)):
            yield f"its pairs give the interval [{found.low:.4f}, {found.high:.4f}], not that of its verdict"
    if verdict.confirmed_ratio is not None and not (confirmation and _near(median_ratio(confirmation), verdict.confirmed_ratio)):
        yield "its confirmed ratio does not follow from its confirming pairs"
    if verdict.kind == "promoted" and verdict.interval.low <= 1:
        yield "it was promoted although its interval holds 1"


def _repeated_seeds(records: Iterable[Record]) -> Iterator[Finding]:
    """Hidden seeds are drawn anew each time, and the record names those of its pairs."""
    for record in records:
        if not {pair.seed for pair in record.pairs} <= set(record.seeds):
            yield Finding(subject=f"candidate {record.number}", problem="a pair was measured with a seed that the record does not name")
    counted = Counter(seed for record in records for seed in set(record.seeds))
    for seed in sorted(seed for seed, count in counted.items() if count > 1):
        yield Finding(subject="the seeds", problem=f"seed {seed} was used for more than one candidate")


def _missing_verbs(verbs: Sequence[Verb]) -> Iterator[Finding]:
    """They are numbered without a gap; two may have been written the other way round, but none is lost for good."""
    numbers = [verb.number for verb in verbs]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Finding(subject="the operator's verbs", problem=f"they are numbered {numbers}, which is not 1, 2, 3 and so on")


def _ratios(record: Record) -> tuple[list[float], list[float]]:
    """Valid log-ratios of the duel and of its confirmation on the announced load."""
    duel = record.pairs[: len(record.pairs) - record.confirming_pairs]
    return [pair.log_ratio for pair in duel if pair.void is None], held_out_ratios(record)


def _won_pairs(record: Record) -> bool:
    duel, confirmation = _ratios(record)
    return len(duel) > 1 and len(confirmation) > 1


def _is_comparable(record: Record, evaluator: str) -> bool:
    return isinstance(record.verdict, Measured) and record.verdict.pairs > 1 and record.evaluator == evaluator


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=ROUNDING)


def _message(repository: Repository, commit: str) -> str:
    text = next(repository.read([commit])).decode(errors="replace")
    return text.partition("\n\n")[2].rstrip("\n")


def _descends(repository: Repository, commit: str, ancestor: str) -> bool:
    status, _, complaint = repository.attempt("merge-base", "--is-ancestor", ancestor, commit)
    if status > 1:
        raise LedgerError(f"git merge-base failed on the ledger {repository.path}: {complaint.strip()}")
    return status == 0
