"""A search goes from ledger to ledger as one file, whole, and never over another history."""

import subprocess
from pathlib import Path

import pytest

from activities.ledger.bundle import BrokenBundle
from activities.ledger.errors import UnknownSearch
from activities.ledger.ledger import Ledger
from tests.activities.ledger.samples import assert_sound, begin, git, make_record, minutes, propose


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """Two searches, the first with a finished candidate."""
    spec = begin(ledger)
    begin(ledger, "second")
    record = make_record(0, propose(ledger, "first", 0))
    ledger.write_verdict(spec, record, when=record.ended)
    ledger.promote("first", 0, previous=None, version=0, when=record.ended)
    ledger.append_record("first", record, when=record.ended)
    return ledger


@pytest.fixture
def other(tmp_path: Path) -> Ledger:
    """A ledger of another home."""
    return Ledger.open(tmp_path / "other" / "ledger.git")


def refs(ledger: Ledger) -> str:
    return git(ledger, "for-each-ref", "refs/heads/search/first/", "refs/tags/search/first/")


def test_a_search_arrives_whole_and_alone(told: Ledger, other: Ledger, tmp_path: Path) -> None:
    size = told.export("first", tmp_path / "first.bundle")
    assert size == (tmp_path / "first.bundle").stat().st_size > 0
    assert other.take(tmp_path / "first.bundle") == "first"
    assert other.searches() == ("first",)
    assert refs(other) == refs(told)
    assert other.records("first") == told.records("first")
    assert_sound(other)


def test_the_file_is_one_that_plain_git_clones(told: Ledger, tmp_path: Path) -> None:
    told.export("first", tmp_path / "first.bundle")
    subprocess.run(["git", "clone", "-q", "--mirror", "first.bundle", "first.git"], cwd=tmp_path, check=True)
    assert refs(Ledger.open(tmp_path / "first.git")) == refs(told)


def test_an_import_again_changes_nothing_and_a_later_one_adds(told: Ledger, other: Ledger, tmp_path: Path) -> None:
    told.export("first", tmp_path / "early.bundle")
    other.take(tmp_path / "early.bundle")
    other.take(tmp_path / "early.bundle")
    told.append("first", {"notes.md": "more"}, message="A note", when=minutes(5))
    told.export("first", tmp_path / "late.bundle")
    other.take(tmp_path / "late.bundle")
    assert refs(other) == refs(told)
    assert other.journal_text("first", "notes.md") == "more"


def test_another_history_of_the_same_name_is_refused_and_nothing_changes(told: Ledger, other: Ledger, tmp_path: Path) -> None:
    begin(other)
    other.append("first", {"notes.md": "mine"}, message="A note", when=minutes(3))
    told.append("first", {"notes.md": "yours"}, message="A note", when=minutes(4))
    told.export("first", tmp_path / "first.bundle")
    before = refs(other)
    with pytest.raises(BrokenBundle, match="another or an older history of the search first"):
        other.take(tmp_path / "first.bundle")
    assert refs(other) == before


def test_what_is_no_search_is_refused_in_one_line(told: Ledger, other: Ledger, tmp_path: Path) -> None:
    (tmp_path / "text.bundle").write_text("hello")
    with pytest.raises(BrokenBundle, match="not a bundle"):
        other.take(tmp_path / "text.bundle")
    git(told, "update-ref", "refs/heads/main", "refs/heads/search/first/journal")
    git(told, "bundle", "create", "-q", str(tmp_path / "main.bundle"), "refs/heads/main")
    with pytest.raises(BrokenBundle, match="does not hold a search: refs/heads/main"):
        other.take(tmp_path / "main.bundle")
    git(told, "bundle", "create", "-q", str(tmp_path / "part.bundle"), "refs/heads/search/first/candidate/0")
    with pytest.raises(BrokenBundle, match="lacks the journal"):
        other.take(tmp_path / "part.bundle")


def test_a_damaged_file_is_refused_and_nothing_changes(told: Ledger, other: Ledger, tmp_path: Path) -> None:
    told.export("first", tmp_path / "first.bundle")
    content = bytearray((tmp_path / "first.bundle").read_bytes())
    content[-40] ^= 1
    (tmp_path / "first.bundle").write_bytes(content)
    with pytest.raises(BrokenBundle, match="cannot be imported"):
        other.take(tmp_path / "first.bundle")
    assert other.searches() == ()


def test_an_unknown_search_lists_the_known(told: Ledger, tmp_path: Path) -> None:
    with pytest.raises(UnknownSearch, match="first, second"):
        told.export("third", tmp_path / "third.bundle")
    assert not (tmp_path / "third.bundle").exists()
