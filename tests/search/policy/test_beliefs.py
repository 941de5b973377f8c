"""Evidence moves the beliefs about those who could have caused it, the unsure ones most."""

import math

import pytest

from search.composition import Choice, Composition
from search.policy.beliefs import Beliefs, learn
from search.recipe import Slot
from search.verdict import Verdict
from tests.search.catalog import CATALOG, PASSED, measured, record, refused

OFFER = {recipe.name: recipe for recipe in CATALOG}
SAMPLER = Choice(slot=Slot.DECODING, recipe="fused-sampling")
FRONT = Choice(slot=Slot.FRONT, recipe="raw-front")
MODEL = Choice(slot=Slot.MODEL, recipe="fused-llama")


def composed(*choices: Choice) -> Composition:
    """These choices."""
    return Composition(choices=choices)


def learned(*ended: tuple[Verdict, Composition]) -> Beliefs:
    """Beliefs after the starter and these candidates."""
    records = [record(number, verdict, made=made) for number, (verdict, made) in enumerate(ended, start=1)]
    return learn((record(0, PASSED), *records), OFFER)


def test_without_evidence_the_authors_are_believed() -> None:
    assert learned().gain("fused-llama", OFFER).mean == pytest.approx(math.log(1.3))


def test_a_measurement_moves_the_belief_towards_it_and_narrows_it() -> None:
    before, after = learned().gain("fused-llama", OFFER), learned((measured("promoted", 2.0), composed(MODEL))).gain("fused-llama", OFFER)
    assert before.mean < after.mean < math.log(2.0)
    assert after.variance < before.variance


def test_a_surprise_goes_to_the_least_known_part() -> None:
    beliefs = learned((measured("promoted", 2.5), composed(MODEL, FRONT)))
    moved = {name: beliefs.gain(name, OFFER).mean - OFFER[name].prior_log_gain for name in ("fused-llama", "raw-front")}
    assert moved["fused-llama"] > moved["raw-front"] > 0


def test_leaving_a_recipe_out_and_losing_speaks_for_it() -> None:
    both, alone = composed(MODEL, SAMPLER), composed(MODEL)
    beliefs = learned((measured("promoted", 1.43), both), (measured("not_better", 0.7), alone))
    assert beliefs.gain("fused-sampling", OFFER).mean > learned((measured("promoted", 1.43), both)).gain("fused-sampling", OFFER).mean


def test_a_refusal_alone_weighs_more_than_one_in_company() -> None:
    alone, together = learned((refused(), composed(MODEL))), learned((refused(), composed(MODEL, FRONT, SAMPLER)))
    assert alone.trust("fused-llama").chance < together.trust("fused-llama").chance < learned().trust("fused-llama").chance
    assert alone.gain("fused-llama", OFFER) == learned().gain("fused-llama", OFFER)


def test_the_newcomer_among_proven_recipes_bears_the_blame() -> None:
    proven = [(measured("not_better", 0.99), composed(MODEL)) for _ in range(6)]
    beliefs = learned(*proven, (refused(), composed(MODEL, FRONT)))
    assert beliefs.trust("raw-front").chance < beliefs.trust("fused-llama").chance


def test_a_screened_out_candidate_passed_the_gates_and_is_slow() -> None:
    beliefs = learned((refused("screen"), composed(MODEL)))
    assert beliefs.trust("fused-llama").chance > learned().trust("fused-llama").chance
    assert beliefs.gain("fused-llama", OFFER).mean < OFFER["fused-llama"].prior_log_gain


def test_a_knob_learns_its_slope() -> None:
    cache = Choice(slot=Slot.CACHE, recipe="paged-cache", settings={"block_tokens": 16})
    larger = cache.model_copy(update={"settings": {"block_tokens": 32}})
    beliefs = learned((measured("promoted", 1.3), composed(MODEL, cache)), (measured("not_better", 0.9), composed(MODEL, larger)))
    assert beliefs.gain("paged-cache.block_tokens", OFFER).mean < 0


def test_a_duel_that_never_began_teaches_nothing_about_speed() -> None:
    beliefs = learned((measured("undecided", 1.0, pairs=0), composed(MODEL)))
    assert beliefs.gain("fused-llama", OFFER) == learned().gain("fused-llama", OFFER)
