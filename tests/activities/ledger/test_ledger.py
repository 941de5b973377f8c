"""Each step of a search changes the ledger exactly once."""

from pathlib import Path

import pytest

from activities.ledger.errors import LedgerError, NameTaken, RefConflict, UnknownSearch
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch, champion_branch, promotion_tag
from search.verdict import Baseline
from tests.activities.ledger.samples import NOON, assert_sound, begin, git, make_record, make_spec, minutes, propose


def refs(ledger: Ledger) -> str:
    return git(ledger, "for-each-ref")


def test_every_step_done_twice_changes_nothing(ledger: Ledger) -> None:
    def whole_search() -> str:
        spec = begin(ledger)
        starter = propose(ledger, "first", 0)
        baseline = make_record(0, starter, verdict=Baseline())
        ledger.write_verdict(spec, baseline, when=minutes(1))
        ledger.promote("first", 0, previous=None, version=0, when=minutes(1))
        ledger.append_record("first", baseline, when=minutes(1))
        return refs(ledger)

    once = whole_search()
    spec, starter = make_spec(), ledger.log("first")[0].source
    assert begin(ledger) == spec
    ledger.write_verdict(spec, make_record(0, starter, verdict=Baseline()), when=minutes(1))
    ledger.promote("first", 0, previous=None, version=0, when=minutes(1))
    ledger.append_record("first", make_record(0, starter, verdict=Baseline()), when=minutes(1))
    assert refs(ledger) == once
    assert_sound(ledger)


def test_another_ledger_gets_the_same_commits(tmp_path: Path) -> None:
    first, second = (Ledger.open(tmp_path / name / "ledger.git") for name in ("a", "b"))
    for ledger in (first, second):
        ledger.write_verdict(begin(ledger), make_record(1, propose(ledger, "first", 1)), when=minutes(2))
    assert refs(first) == refs(second)


def test_a_branch_that_moved_is_never_overwritten(ledger: Ledger) -> None:
    begin(ledger)
    source = propose(ledger, "first", 1)
    with pytest.raises(RefConflict, match="nothing was changed"):
        ledger.commit_files(candidate_branch("first", 1), parent=None, files={"serve.py": "other"}, message="x", when=NOON)
    assert ledger.tip(candidate_branch("first", 1)) == source.commit


def test_a_second_commit_grows_the_branch_and_replaces_the_tree(ledger: Ledger) -> None:
    begin(ledger)
    source = propose(ledger, "first", 1)
    repaired = ledger.commit_files(
        candidate_branch("first", 1), parent=source.commit, files={"serve.py": "repaired\n"}, message="Repair", when=minutes(2)
    )
    assert ledger.files(repaired.commit) == {"serve.py": "repaired\n"}
    assert "-print(1)\n+repaired\n" in ledger.diff(source.commit, repaired.commit)


def test_a_parent_that_the_ledger_lacks_is_refused(ledger: Ledger) -> None:
    begin(ledger)
    with pytest.raises(LedgerError, match="unpack-objects failed"):
        ledger.commit_files(candidate_branch("first", 1), parent="a" * 40, files={"serve.py": ""}, message="x", when=NOON)
    assert_sound(ledger)


def test_a_champion_is_dethroned_only_by_who_beat_it(ledger: Ledger) -> None:
    spec = begin(ledger)
    for number in range(3):
        ledger.write_verdict(spec, make_record(number, propose(ledger, "first", number)), when=minutes(number))
    ledger.promote("first", 0, previous=None, version=0, when=minutes(3))
    ledger.promote("first", 1, previous=0, version=1, when=minutes(4))
    with pytest.raises(RefConflict):
        ledger.promote("first", 2, previous=0, version=1, when=minutes(4))
    assert ledger.tip(champion_branch("first")) == ledger.tip(candidate_branch("first", 1))
    assert git(ledger, "rev-parse", f"{promotion_tag('first', 1)}^{{}}").strip() == ledger.tip(champion_branch("first"))


def test_a_candidate_without_verdict_is_not_promoted(ledger: Ledger) -> None:
    begin(ledger)
    propose(ledger, "first", 1)
    with pytest.raises(LedgerError, match="has no verdict"):
        ledger.promote("first", 1, previous=None, version=0, when=NOON)


def test_a_taken_name_is_refused_and_the_same_search_is_harmless(ledger: Ledger) -> None:
    begin(ledger)
    begin(ledger)
    with pytest.raises(NameTaken, match="choose another --name"):
        ledger.create_search(make_spec(seed=8), facts={"model_digest": "abc"}, when=NOON)
    with pytest.raises(NameTaken):
        ledger.create_search(make_spec(), facts={"model_digest": "other"}, when=NOON)
    assert ledger.searches() == ("first",)


def test_what_was_asked_for_is_read_back(ledger: Ledger) -> None:
    spec = begin(ledger)
    assert ledger.read_spec("first") == spec
    assert ledger.read_facts("first") == {"model_digest": "abc"}


def test_an_unknown_search_lists_the_known(ledger: Ledger) -> None:
    begin(ledger, "one")
    begin(ledger, "two")
    for read in (ledger.read_spec, ledger.records, ledger.log):
        with pytest.raises(UnknownSearch, match="no search is named 'three'; this ledger has: one, two"):
            read("three")


def test_records_come_back_by_number(ledger: Ledger) -> None:
    begin(ledger)
    records = [make_record(number, propose(ledger, "first", number)) for number in (2, 0, 10001, 1)]
    for record in records:
        ledger.append_record("first", record, when=record.ended)
    assert ledger.records("first") == tuple(sorted(records, key=lambda record: record.number))


@pytest.mark.parametrize("path", ["../x", "/x", "a/../x", ".git/config", "a//b", "", "a\nb", "./x"])
def test_the_journal_refuses_paths_that_escape(ledger: Ledger, path: str) -> None:
    begin(ledger)
    with pytest.raises(ValueError, match="cannot name a file"):
        ledger.append("first", {path: "x"}, message="x", when=NOON)


def test_the_journal_keeps_any_text(ledger: Ledger) -> None:
    begin(ledger)
    ledger.append("first", {"profiles/0003.json": "{}", "transcripts/0003/1.md": "hi\r\n\0é"}, message="Keep", when=NOON)
    assert ledger.journal_text("first", "transcripts/0003/1.md") == "hi\r\n\0é"
    assert ledger.journal_text("first", "absent") is None


def test_tidying_loses_nothing(ledger: Ledger) -> None:
    spec = begin(ledger)
    for number in range(5):
        record = make_record(number, propose(ledger, "first", number))
        ledger.write_verdict(spec, record, when=minutes(9))
        ledger.append_record("first", record, when=minutes(9))
    before = (refs(ledger), ledger.records("first"), ledger.log("first"))
    ledger.tidy()
    assert "count: 0" in git(ledger, "count-objects", "-v")
    assert (refs(ledger), ledger.records("first"), ledger.log("first")) == before
    propose(ledger, "first", 6)
    assert_sound(ledger)


def test_a_step_that_comes_late_changes_nothing(ledger: Ledger) -> None:
    """As when a worker that was thought dead goes on: what it does was done already."""
    spec = begin(ledger)
    source = propose(ledger, "first", 1)
    verdict = ledger.write_verdict(spec, make_record(1, source), when=minutes(2))
    assert propose(ledger, "first", 1) == source
    assert ledger.tip(candidate_branch("first", 1)) == verdict
