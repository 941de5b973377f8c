"""A tree may be tried once more where its verdict was no fair one, and never until it wins."""

from search.repetition import refusal
from tests.search.catalog import measured, record, refused
from tests.search.test_succession import RECORDS

STANDARD = RECORDS[0].standard


def test_a_rejected_and_an_undecided_tree_may_be_tried_once_more() -> None:
    assert refusal(RECORDS, 2, STANDARD) == refusal(RECORDS, 4, STANDARD) == ""


def test_a_third_try_of_one_tree_is_refused_under_whatever_number() -> None:
    again = record(7, refused()).model_copy(update={"source": RECORDS[2].source})
    assert "was judged 2 times already" in refusal((*RECORDS, again), 2, STANDARD)
    assert "was judged 2 times already" in refusal((*RECORDS, again), 7, STANDARD)


def test_a_try_that_runs_counts() -> None:
    assert "was judged 2 times already" in refusal(RECORDS, 2, STANDARD, begun=[2])
    assert refusal(RECORDS, 2, STANDARD, begun=[4]) == ""


def test_a_fair_loss_is_final_until_something_else_judges() -> None:
    lost = record(7, measured("not_better", 0.9))
    assert "is not better" in refusal((*RECORDS, lost), 7, STANDARD)
    assert refusal((*RECORDS, lost), 7, STANDARD.model_copy(update={"evaluator": "another"})) == ""


def test_starters_champions_and_unknown_ones_are_refused() -> None:
    assert "compared with" in refusal(RECORDS, 0, STANDARD)
    assert "rescore" in refusal(RECORDS, 3, STANDARD)
    assert "no verdict yet" in refusal(RECORDS, 8, STANDARD)
