"""Candidates are placed against the starter along the chain of champions, and the frontier holds those whom nobody dominates."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.composition import Choice, Composition
from search.measurement import Arm, Pair
from search.policy.population import ISLANDS, Individual, Objectives, frontier, population
from search.recipe import Slot
from search.record import Record
from tests.made import make_arm
from tests.search.catalog import PASSED, measured, record, refused

FIGURES = st.sampled_from([-0.5, 0.0, 0.25, 1.0])
OBJECTIVES = st.builds(Objectives, throughput=FIGURES, tail=FIGURES, memory=FIGURES)
MEMBERS = st.lists(OBJECTIVES, max_size=12).map(
    lambda found: [Individual(number=number, composition=Composition(), objectives=each) for number, each in enumerate(found)]
)


def paired(ended: Record, *, tail: float, memory: int, void: str | None = None) -> Record:
    """With one pair in which the candidate's tail and memory differ from the champion's (2 s, 1 GB)."""
    candidate: Arm = make_arm(10.0).model_copy(update={"latency_p99": tail, "peak_memory_bytes": memory})
    pair = Pair(number=1, seed=1, first="champion", champion=make_arm(10.0), candidate=candidate, device="d", void=void)
    return ended.model_copy(update={"pairs": (*ended.pairs, pair)})


def test_figures_lead_back_to_the_starter() -> None:
    one = Composition(choices=(Choice(slot=Slot.MODEL, recipe="one"),))
    two = Composition(choices=(Choice(slot=Slot.FRONT, recipe="two"),))
    records = (
        record(0, PASSED, made=Composition()),
        record(1, refused(), made=two),
        paired(record(2, measured("promoted", 2.0), made=one), tail=4.0, memory=10**9 // 2),
        paired(record(3, measured("not_better", 0.5), made=two), tail=1.0, memory=10**9),
    )
    starter, champion, slower = population(records)
    assert starter.objectives == Objectives()
    assert champion.objectives.throughput == pytest.approx(math.log(2))
    assert (champion.objectives.tail, champion.objectives.memory) == pytest.approx((-math.log(2), math.log(2)))
    assert (slower.objectives.throughput, slower.objectives.tail) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert slower.objectives.memory == pytest.approx(math.log(2))


def test_void_pairs_place_nobody() -> None:
    spoiled = paired(record(1, measured("undecided", 1.1), made=Composition()), tail=9.0, memory=1, void="foreign load")
    assert population((record(0, PASSED), spoiled))[1].objectives == Objectives(throughput=math.log(1.1))


@given(members=MEMBERS)
def test_nobody_on_the_frontier_is_dominated_and_everyone_else_is(members: list[Individual]) -> None:
    kept = frontier(members)
    assert not any(other.objectives.dominates(one.objectives) for one in kept for other in members)
    numbers = {one.number for one in kept}
    assert all(any(other.objectives.dominates(one.objectives) for other in kept) for one in members if one.number not in numbers)
    assert [one.objectives.throughput for one in kept] == sorted((one.objectives.throughput for one in kept), reverse=True)


def test_the_starter_lives_everywhere_and_everyone_else_on_one_island() -> None:
    members = [Individual(number=number, composition=Composition(), objectives=Objectives()) for number in range(7)]
    homes = [sum(one.lives_on(island) for island in range(ISLANDS)) for one in members]
    assert homes == [ISLANDS, 1, 1, 1, 1, 1, 1]
