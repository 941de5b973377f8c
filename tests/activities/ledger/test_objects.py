"""The objects are named and stored as git itself would."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from activities.ledger.ledger import Ledger
from activities.ledger.objects import GitObject, blob, commit, seconds, trees
from tests.activities.ledger.samples import NOON, git

PARTS = some.text("abcz.-_09", min_size=1, max_size=4).filter(lambda part: part.strip(".") and not part.endswith("."))
PATHS = some.lists(PARTS, min_size=1, max_size=3).map("/".join)


def without_clashes(files: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if not any(other.startswith(path + "/") for other in files)}


def test_a_blob_is_named_as_git_names_it(ledger: Ledger) -> None:
    assert blob("naïve\n".encode()).name == git(ledger, "hash-object", "--stdin", feed="naïve\n").strip()


@settings(max_examples=25, deadline=None)
@given(files=some.dictionaries(PATHS, some.text(max_size=20), min_size=1, max_size=12).map(without_clashes))
def test_trees_are_named_as_git_names_them(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    ledger = Ledger.open(tmp_path_factory.mktemp("trees") / "ledger.git")
    blobs = {path: blob(text.encode()) for path, text in files.items()}
    folders = trees({path: each.name for path, each in blobs.items()})
    ledger._repository.store_checked([*blobs.values(), *folders])
    listing = git(ledger, "ls-tree", "-r", "-z", folders[-1].name).split("\0")[:-1]
    assert {line.split("\t", 1)[1]: line.split("\t", 1)[0].split(" ")[2] for line in listing} == {p: b.name for p, b in blobs.items()}
    index = {"GIT_INDEX_FILE": str(ledger.path / "check-index")}
    ledger._repository._git.update_environment(**index)
    ledger._repository.run("update-index", "-z", "--index-info", feed="".join(f"{line}\0" for line in listing).encode())
    assert ledger._repository.run("write-tree").decode().strip() == folders[-1].name


def test_a_big_object_passes_through_the_pack(ledger: Ledger) -> None:
    big = GitObject("blob", bytes(range(256)) * 5000)
    ledger._repository.store([big, blob(b""), big])
    assert list(ledger._repository.read([big.name, blob(b"").name])) == [big.data, b""]


def test_the_same_moment_in_two_zones_makes_the_same_commit() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    arguments = {"tree": "a" * 40, "parents": (), "message": "x"}
    assert commit(**arguments, when=NOON) == commit(**arguments, when=there)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        seconds(datetime(2026, 3, 1))


def test_objects_that_refer_to_nothing_are_refused(ledger: Ledger, tmp_path: Path) -> None:
    orphan = commit(tree="b" * 40, parents=[], message="x", when=NOON)
    with pytest.raises(Exception, match="unpack-objects failed"):
        ledger._repository.store_checked([orphan])
