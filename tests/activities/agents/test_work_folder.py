"""What a work folder becomes when it is handed in, and what is refused with the way out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from activities.agents.work_folder import BRIEF, STATED, lay_out, read_work
from activities.ledger.errors import UnfitFiles
from activities.ledger.files import FILE_BYTES

TREE = {"serve.py": "print(0)\n", "engine/core.py": "step = 1\r\n"}


def test_what_is_laid_out_comes_back_without_brief_hidden_files_and_caches(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "work" / "first-1", TREE, "the brief")
    (folder / "engine" / "__pycache__").mkdir()
    for name in (STATED, ".env", "engine/__pycache__/core.pyc"):
        (folder / name).write_bytes(b"\xff")
    assert read_work(folder) == TREE
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["first-1"]


def test_a_folder_that_exists_is_its_authors_and_only_the_brief_is_new(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "work", TREE, "the brief")
    (folder / "serve.py").write_text("print(1)\n")
    lay_out(folder, TREE, "the repair")
    assert ((folder / "serve.py").read_text(), (folder / BRIEF).read_text()) == ("print(1)\n", "the repair")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "serve.py").unlink(), "no serve.py"),
        (lambda folder: (folder / "weights.bin").write_bytes(b"\xff\xfe"), "weights.bin is not text: remove it"),
        (lambda folder: (folder / "link").symlink_to("/etc/passwd"), "link is neither a file nor a folder"),
        (lambda folder: (folder / "big.py").write_text("#" * (FILE_BYTES + 1)), "make it in build.py"),
        (lambda folder: (folder / "a b.py").write_text(""), "'a b.py' is refused"),
        (lambda folder: [(folder / f"{number}.py").write_text("") for number in range(501)], "at most 500 files"),
    ],
)
def test_what_cannot_be_a_candidate_is_refused_in_words(tmp_path: Path, spoil: Callable[[Path], object], told: str) -> None:
    folder = lay_out(tmp_path / "work", TREE, "the brief")
    spoil(folder)
    with pytest.raises(UnfitFiles, match=told):
        read_work(folder)
