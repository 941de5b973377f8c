"""A checked-out candidate is whole, true to git, and safe to share."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.ledger.errors import LedgerError
from activities.ledger.ledger import Ledger
from search.source import Source
from tests.activities.ledger.samples import begin, propose


@pytest.fixture
def source(ledger: Ledger) -> Source:
    begin(ledger)
    return propose(ledger, "first", 1)


def test_the_folder_holds_the_tree_read_only(ledger: Ledger, source: Source, tmp_path: Path) -> None:
    folder = ledger.checkout(source.tree, tmp_path / "trees" / source.tree)
    assert {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()} == ledger.files(
        source.tree
    )
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in folder.rglob("*.py"))
    assert [path.name for path in folder.parent.iterdir()] == [source.tree]


def test_a_folder_that_is_whole_is_used_as_it_is(ledger: Ledger, source: Source, tmp_path: Path) -> None:
    folder = ledger.checkout(source.tree, tmp_path / "tree")
    before = (folder / "serve.py").stat().st_ino
    assert (ledger.checkout(source.tree, folder) / "serve.py").stat().st_ino == before


@pytest.mark.parametrize("damage", ["changed", "added", "removed", "linked", "replaced"])
def test_a_folder_that_was_changed_is_made_anew(ledger: Ledger, source: Source, tmp_path: Path, damage: str) -> None:
    folder = ledger.checkout(source.tree, tmp_path / "tree")
    file = folder / "serve.py"
    match damage:
        case "changed":
            file.chmod(0o644)
            file.write_text("evil")
        case "added":
            (folder / "sitecustomize.py").write_text("evil")
        case "removed":
            file.unlink()
        case "linked":
            file.unlink()
            file.symlink_to("/etc/passwd")
        case _:
            folder.rename(tmp_path / "moved")
            folder.symlink_to(tmp_path / "moved")
    ledger.checkout(source.tree, folder)
    assert not folder.is_symlink()
    assert not file.is_symlink()
    assert file.read_text() == "print(1)\n"
    assert sorted(path.name for path in folder.iterdir()) == ["engine", "serve.py"]


def test_many_callers_at_once_share_one_folder(ledger: Ledger, source: Source, tmp_path: Path) -> None:
    to = tmp_path / "trees" / "x"
    with ThreadPoolExecutor(12) as pool:
        folders = list(pool.map(lambda _: ledger.checkout(source.tree, to), range(24)))
    assert set(folders) == {to}
    assert [path.name for path in to.parent.iterdir()] == ["x"]
    assert (to / "engine" / "core.py").read_text() == "step = 1\n"


def test_an_unknown_tree_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="ls-tree failed"):
        ledger.checkout("c" * 40, tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
