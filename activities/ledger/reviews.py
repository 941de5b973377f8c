"""Writes what a review found: verdicts above the first ones, and the champion's branch where it belongs now."""

from collections.abc import Iterator
from datetime import datetime

from activities.ledger.errors import LedgerError
from activities.ledger.message import retrial_message
from activities.ledger.names import candidate_branch, champion_branch, promotion_tag
from activities.ledger.objects import GitObject, commit, tag
from activities.ledger.repository import Repository
from activities.ledger.verdicts import Ending, read_ending
from search.record import Record
from search.review import Retrial, Review
from search.source import ObjectId
from search.spec import Spec


def write_retrial(repository: Repository, spec: Spec, record: Record, retrial: Retrial, review: Review) -> ObjectId:
    """End a judged candidate's branch with a commit of the same tree that tells its new verdict."""
    branch = candidate_branch(spec.name, record.number)
    newest = judged(repository, spec.name, record.number).verdicts[0]
    if newest.trailers.review == review.number:
        return newest.commit
    message = retrial_message(spec, record, retrial, review)
    new = commit(tree=record.source.tree, parents=[newest.commit], message=message, when=review.ended)
    repository.store_checked([new])
    repository.move(branch, new.name, newest.commit)
    return new.name


def crown(repository: Repository, search: str, number: int, *, previous: int | None) -> ObjectId:
    """Put the champion's branch from the previous champion's crowning to this one's."""
    new = crowning(repository, search, number)
    before = None if previous is None else crowning(repository, search, previous)
    if new != before:
        repository.move(champion_branch(search), new, before)
    return new


def mark(repository: Repository, search: str, number: int, *, version: int, when: datetime) -> None:
    """Tag a candidate's crowning as the version-th promotion."""
    name = promotion_tag(search, version)
    label = _label(name, crowning(repository, search, number), number, version, when)
    repository.store([label])
    repository.move(name, label.name, None)


def judged(repository: Repository, search: str, number: int) -> Ending:
    """The end of a candidate's branch; LedgerError while it has no verdict."""
    tip = repository.where(candidate_branch(search, number))
    ending = None if tip is None else read_ending(repository, tip)
    if ending is None or not ending.verdicts:
        raise LedgerError(f"candidate {number} of search {search!r} has no verdict")
    return ending


def crowning(repository: Repository, search: str, number: int) -> ObjectId:
    """The verdict that made a candidate the champion, a later demotion notwithstanding."""
    found = judged(repository, search, number).crowning
    if found is None:
        raise LedgerError(f"candidate {number} of search {search!r} was never promoted")
    return found


def changed(review: Review) -> Iterator[Retrial]:
    """The retrials that end a reign or begin one; only these are told on the candidates' branches."""
    return (retrial for retrial in review.retrials if retrial.demoted or retrial.raised)


def _label(name: str, target: ObjectId, number: int, version: int, when: datetime) -> GitObject:
    return tag(name=name.removeprefix("refs/tags/"), target=target, message=f"Candidate {number} is champion {version}", when=when)
