"""A search as one file: a git bundle of its branches and tags, which any git reads, and the way back into a ledger."""

import os
from pathlib import Path

from activities.ledger.errors import LedgerError, UnknownSearch
from activities.ledger.journal import searches
from activities.ledger.lock import locked
from activities.ledger.names import journal_branch
from activities.ledger.repository import Repository

HEADS, TAGS = "refs/heads/search/", "refs/tags/search/"


class BrokenBundle(ValueError):
    """The file is no bundle of a search, or one that this ledger cannot take."""


def export_search(repository: Repository, search: str, to: Path) -> int:
    """Write all branches and tags of a search to a file, whole or not at all; its size in bytes. Raises UnknownSearch."""
    if repository.where(journal_branch(search)) is None:
        raise UnknownSearch(search, searches(repository))
    listing = repository.run("for-each-ref", "--format=%(refname)", f"{HEADS}{search}/", f"{TAGS}{search}/").decode()
    fresh = to.absolute().with_name(f".{to.name}.{os.getpid()}")
    try:
        repository.run("bundle", "create", "--quiet", str(fresh), *listing.split())
        fresh.replace(to)
    finally:
        fresh.unlink(missing_ok=True)
    return to.stat().st_size


def import_search(repository: Repository, file: Path) -> str:
    """Take the search that a bundle holds, and answer its name. One that is known already may only grow. Raises BrokenBundle; nothing
    has changed then."""
    search = bundled_search(repository, file)
    refspecs = [f"{prefix}{search}/*:{prefix}{search}/*" for prefix in (HEADS, TAGS)]
    try:
        with locked(repository.path / "vibeserve.lock") as lock:
            checked = ("-c", "fetch.fsckObjects=true", "fetch", "--atomic", "--no-tags", "--no-write-fetch-head")
            status, _, complaint = repository.attempt(*checked, str(file.absolute()), *refspecs, keep=(lock,))
    except OSError as error:
        raise LedgerError(f"the ledger {repository.path} cannot be written: {error.strerror}") from error
    if "rejected" in complaint or "would clobber" in complaint:
        raise BrokenBundle(f"{file} tells another or an older history of the search {search} than this ledger: import it into another home")
    if status:
        raise BrokenBundle(f"{file} cannot be imported: {_last(complaint)}")
    return search


def bundled_search(repository: Repository, file: Path) -> str:
    """The name of the one search in a bundle."""
    status, output, complaint = repository.attempt("bundle", "list-heads", str(file.absolute()))
    if status:
        raise BrokenBundle(f"{file} is not a bundle that `vibeserve export` made: {_last(complaint)}")
    refs = [line.partition(" ")[2] for line in output.decode(errors="replace").splitlines()]
    foreign = [ref for ref in refs if not ref.startswith((HEADS, TAGS))]
    if foreign or not refs:
        raise BrokenBundle(f"{file} does not hold a search: {', '.join(foreign) or 'it is empty'}")
    names = {ref.removeprefix(HEADS).removeprefix(TAGS).partition("/")[0] for ref in refs}
    if len(names) > 1:
        raise BrokenBundle(f"{file} holds several searches: {', '.join(sorted(names))}")
    search = names.pop()
    if journal_branch(search) not in refs:
        raise BrokenBundle(f"{file} lacks the journal of the search {search}")
    return search


def _last(complaint: str) -> str:
    lines = [line for line in complaint.splitlines() if line.strip()]
    return lines[-1].strip().removeprefix("fatal: ").removeprefix("error: ") if lines else "git gives no reason"
