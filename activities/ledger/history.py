"""The tree of a search's candidates, read from branches and trailers alone."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from activities.ledger.errors import UnknownSearch
from activities.ledger.journal import searches
from activities.ledger.names import candidate_branch, champion_branch, journal_branch, promotion_tag
from activities.ledger.repository import Repository
from activities.ledger.trailers import Trailers, read_trailers
from activities.ledger.verdicts import read_ending
from search.source import ObjectId, Source
from search.value import Value

FIELDS = ("refname", "objectname", "*objectname", "tree", "parent", "committerdate:unix", "contents")
FORMAT = "%00".join(f"%({field})" for field in FIELDS) + "%00"


class Entry(Value):
    """One candidate as its branch tells it."""

    number: int
    parent: int | None
    """The candidate that it was derived from, None when it stands on its own."""
    source: Source
    """What is, or was, judged."""
    tip: ObjectId
    """The newest verdict's commit once there is one, else the source's."""
    verdict: ObjectId | None = None
    """The commit of the first verdict, which no review changes."""
    subject: str
    when: datetime
    """Of the tip."""
    trailers: Trailers | None
    """None while the candidate has no verdict."""
    version: int | None = None
    """The number of its promotion."""
    champion: bool = False


class _Ref(Value):
    name: str
    target: str
    tree: str
    parents: tuple[str, ...]
    when: datetime
    message: str


def read_history(repository: Repository, search: str) -> tuple[Entry, ...]:
    """All candidates by number."""
    refs = {ref.name: ref for ref in _refs(repository, search)}
    if journal_branch(search) not in refs:
        raise UnknownSearch(search, searches(repository))
    prefix = candidate_branch(search, 0)[:-1]
    branches = {int(name.removeprefix(prefix)): ref for name, ref in refs.items() if name.startswith(prefix)}
    champion = refs.get(champion_branch(search))
    tags = promotion_tag(search, 0)[:-1]
    versions = {ref.target: int(name.removeprefix(tags)) for name, ref in refs.items() if name.startswith(tags)}
    entries = {number: _entry(repository, number, ref) for number, ref in sorted(branches.items())}
    owners = {entry.source.commit: number for number, entry in entries.items() if entry.trailers}
    running = [number for number, entry in entries.items() if not entry.trailers]
    parents = {number: _parent(repository, branches[number].target, owners) for number in running} if owners else {}
    return tuple(
        entry.model_copy(
            update={
                "parent": parents.get(number, entry.parent),
                "version": max((versions[commit] for commit in _told(repository, entry) if commit in versions), default=None),
                "champion": champion is not None and champion.target in _told(repository, entry),
            }
        )
        for number, entry in entries.items()
    )


def state_of(repository: Repository, search: str) -> str:
    """A digest of where the branches and tags of a search stand."""
    places = repository.run("for-each-ref", "--format=%(objectname) %(refname)", *_patterns(search))
    return hashlib.sha256(places).hexdigest()


def _patterns(search: str) -> tuple[str, str]:
    return f"refs/heads/search/{search}/", f"refs/tags/search/{search}/"


def _refs(repository: Repository, search: str) -> Iterator[_Ref]:
    fields = repository.run("for-each-ref", f"--format={FORMAT}", *_patterns(search)).decode(errors="replace").split("\0")
    for start in range(0, len(fields) - len(FIELDS), len(FIELDS)):
        name, target, peeled, tree, parents, stamp, message = fields[start : start + len(FIELDS)]
        yield _Ref(
            name=name.strip("\n"),
            target=peeled or target,
            tree=tree,
            parents=tuple(parents.split()),
            when=datetime.fromtimestamp(int(stamp or 0), UTC),
            message=message,
        )


def _told(repository: Repository, entry: Entry) -> tuple[ObjectId, ...]:
    """All commits that tell its verdicts."""
    if entry.trailers is None or entry.trailers.review is None:
        return (entry.tip,)
    return tuple(told.commit for told in read_ending(repository, entry.tip).verdicts)


def _entry(repository: Repository, number: int, ref: _Ref) -> Entry:
    trailers = read_trailers(ref.message)
    reviewed = trailers is not None and trailers.review is not None
    ending = read_ending(repository, ref.target) if reviewed else None
    below = ref.parents[0] if trailers else ref.target
    first = ref.target if trailers else None
    return Entry(
        number=number,
        parent=trailers.parent if trailers else None,
        source=Source(commit=ending.source if ending else below, tree=ref.tree),
        tip=ref.target,
        verdict=ending.verdicts[-1].commit if ending else first,
        subject=ref.message.split("\n", 1)[0],
        when=ref.when,
        trailers=trailers,
    )


def _parent(repository: Repository, tip: str, owners: Mapping[str, int]) -> int | None:
    """The finished candidate whose source is the nearest ancestor: that is where the branch began."""
    for ancestor in repository.run("rev-list", "--first-parent", tip).decode().split():
        if ancestor in owners:
            return owners[ancestor]
    return None
