"""Reading and adding to a long journal costs as little as in a short one, and tells the same."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from activities.ledger.journal import Journal, record_path
from activities.ledger.ledger import Ledger
from activities.ledger.objects import GitObject, read_tree, replaced, tree, trees, ways
from activities.ledger.repository import Repository
from tests.activities.ledger.samples import NOON, assert_sound, begin, git, make_record, propose

PATHS = some.lists(some.sampled_from("abcd"), min_size=1, max_size=4).map("/".join).map(lambda path: f"{path}.json")
FILES = some.dictionaries(PATHS, some.text("0123456789abcdef", min_size=40, max_size=40), min_size=1)


def folders(made: tuple[GitObject, ...], paths: tuple[str, ...]) -> dict[str, dict[str, tuple[bytes, str]]]:
    """What stands directly in each of the folders that there are."""
    known, found = {each.name: each for each in made}, {"": dict(read_tree(made[-1].data))}
    for path in sorted(paths):
        above, _, name = path.rpartition("/")
        if path and name in found.get(above, {}):
            found[path] = dict(read_tree(known[found[above][name][1]].data))
    return {path: found.get(path, {}) for path in paths}


@given(FILES, FILES)
def test_files_that_are_put_into_folders_make_the_tree_of_all_files(before: dict[str, str], more: dict[str, str]) -> None:
    passed = ways(more)
    made = replaced(folders(trees(before), passed), more)
    assert made[-1] == trees({**before, **more})[-1]
    assert tree(read_tree(made[-1].data)) == made[-1]


def test_records_beyond_the_hundredth_lie_by_hundreds_and_are_read_in_order(ledger: Ledger) -> None:
    begin(ledger)
    source = propose(ledger, "first", 0)
    assert ledger.records("first") == ()
    numbers = [7, 99, 100, 417, 12]
    for number in numbers:
        ledger.append_record("first", make_record(number, source), when=NOON)
        assert number in [record.number for record in ledger.records("first")], "what another step wrote is read"
    assert record_path(417) == "candidates/0400/0417.json"
    assert [record.number for record in ledger.records("first")] == sorted(numbers)
    assert ledger.records("first") == Journal(Repository(ledger.path), "first").records() == Ledger.open(ledger.path).records("first")
    assert ledger.journal_text("first", record_path(417))
    assert ledger.journal_texts("first", "candidates/04").keys() == {"candidates/0400/0417.json"}
    assert_sound(ledger)


def test_what_was_read_is_not_read_again(ledger: Ledger, tmp_path: Path) -> None:
    begin(ledger)
    source = propose(ledger, "first", 0)
    for number in (1, 2, 300):
        ledger.append_record("first", make_record(number, source), when=NOON)
    known = ledger.records("first")
    ledger.append_record("first", make_record(301, source), when=NOON)
    again = ledger.records("first")
    assert all(one is other for one, other in zip(known, again, strict=False))
    assert git(ledger, "rev-list", "--count", "search/first/journal").strip() == "5"
