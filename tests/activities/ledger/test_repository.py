"""The repository works the same whatever surrounds it, and says in one line when it cannot."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.ledger.errors import LedgerError, UnknownSearch
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch, journal_branch
from tests.activities.ledger.samples import NOON, assert_sound, begin, git, propose

FAILING_HOOK = "#!/bin/sh\nexit 1\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_nobodys_git_settings_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = Ledger.open(tmp_path / "clean.git")
    begin(clean)
    expected = propose(clean, "first", 1)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout"):
        (hooks / name).write_text(FAILING_HOOK)
        (hooks / name).chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[user]\nname = Eve\n[core]\nhooksPath = {hooks}\n[init]\ntemplateDir = {hooks}\n[commit]\ngpgsign = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in (
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_INDEX_FILE",
    ):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.hooksPath={hooks}'")
    monkeypatch.setenv("GIT_NAMESPACE", "other")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    surrounded = Ledger.open(tmp_path / "surrounded.git")
    begin(surrounded)
    assert propose(surrounded, "first", 1) == expected
    assert surrounded.files(expected.tree) == clean.files(expected.tree)
    assert surrounded.log("first") == clean.log("first")
    assert not (tmp_path / "elsewhere").exists()


def test_attributes_of_a_candidate_are_no_concern_of_git(ledger: Ledger) -> None:
    """Text goes in and comes out as it is, with carriage returns and without a last newline."""
    begin(ledger)
    files = {"a.txt": "one\r\ntwo", "b.py": "\ufeff$Id$\n"}
    source = ledger.commit_files(candidate_branch("first", 1), parent=None, files=files, message="x", when=NOON)
    assert ledger.files(source.commit) == files


def test_a_repository_of_another_user_is_used(ledger: Ledger) -> None:
    if os.geteuid():
        pytest.skip("giving files away needs root")
    begin(ledger)
    for path in (ledger.path, *ledger.path.rglob("*")):
        os.chown(path, 12345, 12345)
    source = propose(ledger, "first", 1)
    assert ledger.tip(candidate_branch("first", 1)) == source.commit


def test_a_lock_that_a_killed_git_left_is_cleared(ledger: Ledger) -> None:
    begin(ledger)
    lock = ledger.path / (journal_branch("first") + ".lock")
    lock.touch()
    ledger.append("first", {"note.md": "x"}, message="Note", when=NOON)
    assert ledger.journal_text("first", "note.md") == "x"
    assert not lock.exists()


def test_a_file_in_the_place_of_the_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.git").write_text("x")
    with pytest.raises(LedgerError, match="is a file"):
        Ledger.open(tmp_path / "ledger.git")


@pytest.mark.parametrize("content", [None, "worktree"])
def test_a_folder_that_is_no_bare_repository_is_refused_and_left_alone(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "ledger.git"
    folder.mkdir()
    if content:
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "precious").write_text("x")
    before = sorted(folder.rglob("*"))
    with pytest.raises(LedgerError, match="is not a bare git repository") as refused:
        Ledger.open(folder)
    assert len(str(refused.value).splitlines()) == 1
    assert sorted(folder.rglob("*")) == before


def test_a_place_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be made") as refused:
        Ledger.open(tmp_path / "file" / "ledger.git")
    assert len(str(refused.value).splitlines()) == 1


def test_missing_git_is_one_line(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LedgerError, match="git is not installed"):
        ledger.searches()


def test_the_ledger_is_imported_where_git_is_missing(tmp_path: Path) -> None:
    imported = subprocess.run(
        [sys.executable, "-c", "import activities.ledger.ledger"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (imported.returncode, imported.stderr) == (0, "")


def test_a_damaged_object_is_one_line(ledger: Ledger) -> None:
    begin(ledger)
    source = propose(ledger, "first", 1)
    broken = git(ledger, "rev-parse", f"{source.tree}:serve.py").strip()
    file = ledger.path / "objects" / broken[:2] / broken[2:]
    file.unlink()
    with pytest.raises(LedgerError, match=f"lacks object {broken}"):
        ledger.files(source.tree)


def test_two_that_create_at_once_get_one_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.git"
    code = "import sys; from pathlib import Path; from activities.ledger.ledger import Ledger; Ledger.open(Path(sys.argv[1]))"
    children = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.git"]
    begin(Ledger.open(path))


def test_a_full_disk_is_one_line_and_costs_nothing(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.git")
    begin(ledger)
    first = propose(ledger, "first", 1)
    filler = small_disk / "filler"
    with pytest.raises(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    steps = [
        lambda: ledger.commit_files(
            candidate_branch("first", 2), parent=None, files={"serve.py": os.urandom(8000).hex()}, message="x", when=NOON
        ),
        lambda: ledger.append("first", {"big": os.urandom(8000).hex()}, message="x", when=NOON),
        lambda: ledger.checkout(first.tree, small_disk / "tree"),
        lambda: Ledger.open(small_disk / "other.git"),
    ]
    for step in steps:
        with pytest.raises(LedgerError) as refused:
            step()
        assert len(str(refused.value).splitlines()) == 1
        assert "full" in str(refused.value) or "No space left" in str(refused.value)
    filler.unlink()
    assert_sound(ledger)
    assert ledger.tip(candidate_branch("first", 1)) == first.commit
    assert ledger.tip(candidate_branch("first", 2)) is None
    for step in steps:
        step()
    assert_sound(ledger)


def test_a_file_size_limit_is_one_line(tmp_path: Path) -> None:
    """What remains to be shown of a full disk where no small disk can be mounted."""
    ledger = Ledger.open(tmp_path / "ledger.git")
    begin(ledger)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(LedgerError) as refused:
            ledger.append("first", {"big": os.urandom(20000).hex()}, message="x", when=NOON)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(str(refused.value).splitlines()) == 1
    assert "larger than this machine allows" in str(refused.value)
    assert_sound(ledger)
    ledger.append("first", {"big": "x"}, message="x", when=NOON)


def test_a_ledger_that_cannot_be_written_can_be_read(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> None:
    begin(ledger)
    propose(ledger, "first", 1)
    code = """
import os, sys
from pathlib import Path
from activities.ledger.errors import LedgerError
from activities.ledger.ledger import Ledger
from tests.activities.ledger.samples import begin, propose
if os.geteuid() == 0:
    os.setuid(65534)
ledger = Ledger.open(Path(sys.argv[1]))
print(len(ledger.log("first")))
try:
    propose(ledger, "first", 2)
except LedgerError as error:
    print(error)
"""
    for path in (ledger.path, *ledger.path.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    parents = [parent for parent in ledger.path.parents if parent.is_relative_to(tmp_path_factory.getbasetemp().parents[1])]
    for parent in parents:
        parent.chmod(0o755)
    shown = subprocess.run([sys.executable, "-c", code, str(ledger.path)], capture_output=True, text=True, check=False)
    assert shown.stdout == f"1\nthe ledger {ledger.path} cannot be written: permission denied\n", shown.stderr


def test_unknown_searches_of_an_empty_ledger(ledger: Ledger) -> None:
    with pytest.raises(UnknownSearch, match="none yet"):
        ledger.read_spec("x")
