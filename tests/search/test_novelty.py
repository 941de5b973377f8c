"""A tree is judged once in a search, and a repeat is told how the first fared."""

import pytest

from search.novelty import repeated
from search.source import Source
from search.verdict import Verdict
from tests.search.catalog import PASSED, measured, record, refused

NEW = Source(commit="a" * 40, tree="b" * 40)


@pytest.mark.parametrize(
    ("number", "verdict", "fared"),
    [
        (0, PASSED, "was the starter"),
        (4, refused("conformance"), "was rejected at conformance: wrong answer"),
        (4, measured("not_better", 0.8), "was not better at 0.80x"),
        (4, measured("promoted", 1.5), "was promoted at 1.50x"),
        (4, measured("undecided", 1.0, pairs=0), "was undecided"),
    ],
)
def test_a_repeat_is_rejected_with_the_earlier_verdict(number: int, verdict: Verdict, fared: str) -> None:
    earlier = record(number, verdict)
    same = Source(commit="a" * 40, tree=earlier.source.tree)
    rejection = repeated((record(1, refused()), earlier), 7, same)
    assert rejection is not None
    assert (rejection.stage, rejection.reason) == ("generate", f"the same tree as candidate {number}, which {fared}")


def test_a_new_tree_passes_and_nobody_repeats_themselves() -> None:
    known = record(3, measured("promoted", 1.5))
    assert repeated((known,), 4, NEW) is None
    assert repeated((known,), 3, known.source) is None
    assert repeated((), 1, NEW) is None
