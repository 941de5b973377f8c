"""Scores of different standards are kept apart."""

from search.source import Source
from search.standard import Standard
from tests.activities.ledger.samples import make_record

OLD = Standard(evaluator="a" * 64, device="EPYC, 2 cores", model_digest="m" * 64, calibration="c" * 64)


def test_what_changed_is_named() -> None:
    assert OLD.changes(OLD) == ()
    assert OLD.changes(OLD.model_copy(update={"evaluator": "b" * 64})) == ("the evaluator changed from aaaaaaaaaaaa to bbbbbbbbbbbb",)
    both = OLD.model_copy(update={"device": "Xeon, 4 cores", "calibration": "d" * 64})
    assert len(OLD.changes(both)) == 2


def test_what_an_old_record_does_not_tell_differs_from_nothing() -> None:
    assert Standard(evaluator="a" * 64).changes(OLD) == ()


def test_a_record_has_a_key_for_each_pair_that_counts() -> None:
    record = make_record(1, Source(commit="1" * 40, tree="2" * 40), model_digest="m" * 64, calibration="c" * 64)
    assert len(record.score_keys) == sum(pair.void is None for pair in record.pairs)
    assert {key.tree for key in record.score_keys} == {"2" * 40}
    assert len({key.workload_seed for key in record.score_keys}) == len(record.score_keys)
    assert record.score_keys[0].standard == record.standard
