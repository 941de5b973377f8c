"""Only plain trees become candidates."""

import pytest

from activities.ledger.errors import UnfitFiles
from activities.ledger.files import FILE_BYTES, FILES, TREE_BYTES, fit_files
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from tests.activities.ledger.samples import NOON, begin

HOSTILE_NAMES = [
    "",
    "/etc/passwd",
    "../serve.py",
    "a/../../b",
    "./serve.py",
    "a//b",
    "a/",
    ".git/config",
    ".GIT/config",
    "a/.git/hooks/post-checkout",
    ".gitattributes",
    ".gitmodules",
    "git~1/config",
    ".git./config",
    ".g\u200cit/config",
    "a\nb",
    "a\0b",
    "a\\b",
    "C:\\x",
    "x:y",
    "-\ud800",
    "a\tb",
    "nul\u202egpj.py",
    "x" * 300,
    "/".join("abcdefghij"),
    " serve.py",
    "serve.py ",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(UnfitFiles) as refused:
        fit_files({"serve.py": "", name: ""})
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["serve.py", "engine/kv_cache.py", "csrc/int8-gemm.cpp", ".clang-format", "a/b.c++", "__init__.py", "Makefile"]
)
def test_an_ordinary_name_is_kept(name: str) -> None:
    assert fit_files({name: "é"}) == {name: "é".encode()}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "at least one file"),
        ({"a": "", "a/b": ""}, "both a file and a folder"),
        ({"A/b": "", "a": ""}, "both a file and a folder"),
        ({"Serve.py": "", "serve.py": ""}, "differ only in case"),
        ({"a": "\ud800"}, "is not text"),
        ({"a": "x" * (FILE_BYTES + 1)}, "are allowed"),
        ({str(number): "x" * FILE_BYTES for number in range(TREE_BYTES // FILE_BYTES + 1)}, f"at most {TREE_BYTES} bytes"),
        ({str(number): "" for number in range(FILES + 1)}, f"at most {FILES} files"),
    ],
)
def test_a_tree_that_some_machine_cannot_hold_is_refused(files: dict[str, str], words: str) -> None:
    with pytest.raises(UnfitFiles, match=words):
        fit_files(files)


def test_a_refused_tree_leaves_no_branch(ledger: Ledger) -> None:
    begin(ledger)
    with pytest.raises(UnfitFiles):
        ledger.commit_files(candidate_branch("first", 1), parent=None, files={".git/config": "x"}, message="x", when=NOON)
    assert ledger.tip(candidate_branch("first", 1)) is None
