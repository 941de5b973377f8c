"""Islands are founded from nothing, then breed from their frontiers and cross with what other islands found."""

import random

from search.composition import Choice, Composition
from search.policy import sampling, space
from search.policy.evolve import Evolve
from search.policy.population import ISLANDS
from search.policy.situation import Situation
from search.policy.uniform import Uniform
from search.recipe import Parameter, Slot
from tests.search.catalog import CATALOG, PASSED, measured, recipe, record, starting
from tests.search.landscape import landscape, reached

OFFER = {each.name: each for each in CATALOG if "cpu" in each.targets and each.name not in ("needs-metal", "contradiction")}
FRONT = Composition(choices=(Choice(slot=Slot.FRONT, recipe="front"),))
MODEL = Composition(choices=(Choice(slot=Slot.MODEL, recipe="model"),))
TRIO = tuple(recipe(str(slot.value), slot, 1.1) for slot in (Slot.MODEL, Slot.FRONT, Slot.CACHE))


def grown(count: int) -> Situation:
    """A search in which candidate 1 found a front and candidate 2, on another island, a better model; fillers follow."""
    fillers = [record(number, measured("not_better", 0.9), made=Composition()) for number in range(3, count)]
    found = (record(1, measured("promoted", 1.2), made=FRONT), record(2, measured("promoted", 1.5), made=MODEL), *fillers)
    return starting(catalog=TRIO, records=(record(0, PASSED, made=Composition()), *found), champion=2, composition=MODEL)


def test_the_first_candidates_are_founders_from_the_starter() -> None:
    situation, parents = starting(), list[int]()
    for number in range(1, ISLANDS + 1):
        proposal = Evolve().propose(situation, random.Random(number))
        assert proposal is not None
        parents.append(proposal.parent)
        ended = record(number, measured("not_better", 0.9), made=proposal.hypothesis.composition)
        situation = situation.model_copy(update={"records": (*situation.records, ended)})
    assert parents == [0] * ISLANDS


def test_a_child_can_join_what_two_islands_found_and_names_the_other_one() -> None:
    both = {"front", "model"}
    proposals = [Evolve().propose(grown(4), random.Random(seed)) for seed in range(60)]
    joined = [each for each in proposals if each and each.hypothesis.composition and each.hypothesis.composition.recipes() >= both]
    assert joined
    told = [each for each in joined if "takes over was measured in candidate" in each.hypothesis.evidence]
    assert told and all(each.parent in (1, 2) for each in told)


def test_the_fastest_is_a_guest_on_every_island() -> None:
    for count in (4, 5, 6):
        parents = {each.parent for seed in range(40) if (each := Evolve().propose(grown(count), random.Random(seed)))}
        assert 2 in parents


def test_draws_and_mutations_are_whole() -> None:
    chance = random.Random(5)
    for _ in range(200):
        made = sampling.drawn(OFFER, chance)
        assert space.fits(made, OFFER)
        changed = sampling.mutated(made, OFFER, chance)
        assert space.fits(changed, OFFER)


def test_a_crossing_holds_nothing_that_neither_parent_has() -> None:
    knob = Parameter(name="size", settings=(1, 2, 4), default=2)
    offer = {each.name: each for each in (*TRIO, recipe("paged", Slot.CACHE, 1.2, parameters=(knob,)))}
    one = Composition(choices=(MODEL.choices[0], Choice(slot=Slot.CACHE, recipe="paged", settings={"size": 1})))
    other = Composition(choices=(Choice(slot=Slot.CACHE, recipe="paged", settings={"size": 4}), FRONT.choices[0]))
    made = [sampling.crossed(one, other, offer, random.Random(seed)) for seed in range(40)]
    assert {name for each in made for name in each.recipes()} == {"model", "paged", "front"}
    assert {choice.settings["size"] for each in made for choice in each.choices if choice.recipe == "paged"} == {1, 4}
    assert all("model" in each.recipes() for each in made)


def test_short_searches_end_above_single_steps_by_chance() -> None:
    truths = [landscape(seed) for seed in range(60)]
    evolved, uniform = (reached(policy, truths, candidates=4)[-1] for policy in (Evolve(), Uniform()))
    assert evolved > 1.1 * uniform
