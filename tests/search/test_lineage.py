"""Who descends from whom, who reigned, and what was tried."""

import math

import pytest

from search import lineage
from search.composition import Choice, Composition
from search.recipe import Slot
from search.statistics import interval
from tests.activities.ledger.samples import make_pair
from tests.search.catalog import PASSED, measured, record, refused

MODEL = Choice(slot=Slot.MODEL, recipe="fused-llama")
SMALL = Choice(slot=Slot.SCHEDULER, recipe="batching", settings={"max_batch": 4})
LARGE = Choice(slot=Slot.SCHEDULER, recipe="batching", settings={"max_batch": 8})
RECORDS = (
    record(0, PASSED),
    record(2, refused(), made=Composition(choices=(SMALL,))),
    record(1, measured("promoted", 3.0), made=Composition(choices=(MODEL, SMALL))),
    record(4, measured("not_better", 0.9), parent=1, made=Composition(choices=(SMALL,))),
    record(3, measured("promoted", 1.1), parent=1, made=Composition(choices=(MODEL, LARGE))),
    record(5, measured("undecided", 1.0, pairs=0), parent=3, made=Composition(choices=(LARGE,))),
)


def test_the_tree_shows_each_candidate_once_below_its_parent() -> None:
    drawn = [(branch.depth, branch.record.number) for branch in lineage.tree(RECORDS)]
    assert drawn == [(0, 0), (1, 1), (2, 3), (3, 5), (2, 4), (1, 2)]


def test_a_candidate_of_an_unknown_parent_is_still_drawn() -> None:
    orphan = record(9, refused(), parent=77)
    assert [branch.record.number for branch in lineage.tree((RECORDS[0], orphan))] == [0, 9]


def test_children_come_by_number() -> None:
    assert [child.number for child in lineage.children(RECORDS, 1)] == [3, 4]


def test_the_standing_multiplies_confirmed_ratios() -> None:
    series = lineage.best_so_far(RECORDS)
    assert [(now.after, now.champion) for now in series] == [(0, 0), (2, 0), (1, 1), (4, 1), (3, 3), (5, 3)]
    assert [now.ratio for now in series] == pytest.approx([1, 1, 3, 3, 3.3, 3.3])


def test_uncertainty_grows_along_the_chain() -> None:
    final = lineage.best_so_far(RECORDS)[-1]
    assert math.log(final.ratio / final.low) == pytest.approx(math.sqrt(2) * math.log(1.05))
    assert math.log(final.high / final.ratio) == pytest.approx(math.sqrt(2) * math.log(1.05))
    assert lineage.best_so_far(()) == ()


def test_a_promotion_stands_by_its_held_out_pairs_alone() -> None:
    speeds = (9.0, 9.0, 9.0, 4.0, 5.0, 6.0)
    pairs = tuple(make_pair(number, 1.0, speed) for number, speed in enumerate(speeds, start=1))
    canary = make_pair(7, 1.0, 2.0).model_copy(update={"load": "canary"})
    won = record(1, measured("promoted", 9.0)).model_copy(update={"pairs": (*pairs, canary), "confirming_pairs": 4})
    final = lineage.best_so_far((RECORDS[0], won))[-1]
    held_out = interval([math.log(speed) for speed in speeds[3:]], 0.95)
    assert (final.ratio, final.low, final.high) == pytest.approx((5.0, held_out.low, held_out.high))


def test_every_composition_that_ended_was_tried() -> None:
    tried = lineage.tried(RECORDS)
    assert Composition().key() in tried
    assert all(made.hypothesis.composition.key() in tried for made in RECORDS if made.hypothesis.composition)
    assert Composition(choices=(MODEL,)).key() not in tried


def test_directions_compare_with_the_champion_of_the_time() -> None:
    found = lineage.directions(RECORDS)
    assert [(past.candidate, past.action, past.together) for past in found["batching"]] == [
        (2, "added", 1),
        (1, "added", 2),
        (3, "retuned", 1),
    ]
    assert [(past.candidate, past.action, past.verdict) for past in found["fused-llama"]] == [
        (1, "added", "promoted"),
        (4, "removed", "not_better"),
        (5, "removed", "undecided"),
    ]
    assert [past.log_gain is None for past in found["fused-llama"]] == [False, False, True]
