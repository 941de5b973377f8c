"""A repetition asks what was asked then, and says what ends otherwise."""

from pathlib import Path

import pytest

from activities.evaluation.ground import Ground
from activities.ledger.ledger import Ledger
from activities.reproduce import Evidence, Repetition, duel_of, gates_of
from cli.reproduce import standard_of
from search.record import Gate, Record
from search.source import Source
from tests.activities.ledger.samples import begin, make_record, minutes
from tests.conftest import Assemble

PASSED = tuple(Gate(stage=stage, passed=True, seconds=1.0, summary="then") for stage in ("build", "conformance"))


def recorded(ledger: Ledger, folder: Path, **changes: object) -> Record:
    """A candidate that passed its gates and duelled nobody."""
    begin(ledger)
    files = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    source = ledger.commit_files("refs/heads/search/first/candidate/1", parent=None, files=files, message="x", when=minutes(1))
    return make_record(1, source, gates=PASSED, seeds=(5, 6), pairs=(), confirming_pairs=0, evaluator="0" * 64, device="", **changes)


def evidence(record: Record) -> Evidence:
    return Evidence(search="first", record=record, against=None, champion=None, starter=record.source)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger.git")


async def test_gates_that_end_as_they_did_hold_and_another_evaluator_is_said(strict: Ground, assemble: Assemble, ledger: Ledger) -> None:
    record = recorded(ledger, assemble("honest_bursts"))
    found = await Repetition(strict, ledger, evidence(record)).run(standard_of(strict))
    assert (found.outcome, found.reason) == ("holds", "every gate ends as it did")
    assert [gate.stage for gate in found.gates] == ["build", "conformance"]
    assert len(found.differences) == 1
    assert found.differences[0].startswith("the evaluator changed from 000000000000 to")


async def test_a_gate_that_ends_otherwise_does_not_hold(strict: Ground, assemble: Assemble, ledger: Ledger) -> None:
    record = recorded(ledger, assemble("ignores_stop"))
    found = await Repetition(strict, ledger, evidence(record)).run(standard_of(strict))
    assert found.outcome == "does_not_hold"
    assert found.reason.startswith("conformance passed and failed now: ")


def test_gates_of_a_repaired_candidate_are_those_of_its_last_tree() -> None:
    source = Source(commit="1" * 40, tree="2" * 40)
    failed = PASSED[1].model_copy(update={"passed": False})
    record = make_record(1, source, gates=(PASSED[0], failed, *PASSED), seeds=(1, 2, 3, 4))
    assert [(gate.passed, seed) for gate, seed in gates_of(record)] == [(True, 3), (True, 4)]


def test_only_pairs_that_the_verdict_counts_are_repeated() -> None:
    record = make_record(1, Source(commit="1" * 40, tree="2" * 40))
    assert [pair.number for pair in duel_of(record)] == [1, 3, 4]
