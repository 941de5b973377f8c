"""The bandit takes big steps first, learns from what it saw, and ends near the best in few candidates."""

import math
import random
import statistics

from search.composition import Choice, Composition
from search.policy.bandit import Bandit
from search.policy.uniform import Uniform
from search.profile import Share
from search.recipe import Slot
from tests.search.catalog import STARTER_PROFILE, after, measured, recipe, record, refused, starting
from tests.search.landscape import landscape, play

SEEDS = range(40)
BATCHING = {"continuous-batching", "chunked-prefill"}


def first(seed: int, **more: object) -> Composition:
    """What the bandit proposes on the starter."""
    proposal = Bandit().propose(starting(**more), random.Random(seed))
    assert proposal is not None and proposal.hypothesis.composition is not None
    return proposal.hypothesis.composition


def test_the_first_step_on_a_starter_is_a_batching_engine_with_its_needs() -> None:
    for seed in SEEDS:
        names = first(seed).recipes()
        assert names & BATCHING and {"fused-llama", "paged-cache"} <= names


def test_first_steps_often_bundle_more_than_the_needs() -> None:
    sizes = [len(first(seed).recipes()) for seed in SEEDS]
    assert statistics.fmean(sizes) > 3.5


def test_a_small_gain_is_not_bundled_where_it_could_sink_a_large_one() -> None:
    catalog = (recipe("engine", Slot.MODEL, 8.0), recipe("trifle", Slot.FRONT, 1.001))
    alone = [first(seed, catalog=catalog).recipes() == {"engine"} for seed in SEEDS]
    assert sum(alone) >= 0.85 * len(alone)


def test_small_gains_share_a_bundle() -> None:
    catalog = tuple(recipe(f"gain-{slot}", slot, 1.05) for slot in (Slot.MODEL, Slot.CACHE, Slot.FRONT))
    assert all(len(first(seed, catalog=catalog).recipes()) == 3 for seed in SEEDS)


def test_a_refused_bundle_is_split() -> None:
    smaller = 0
    for seed in SEEDS:
        situation, chance = starting(), random.Random(seed)
        proposal = Bandit().propose(situation, chance)
        assert proposal is not None and proposal.hypothesis.composition is not None
        following = Bandit().propose(after(situation, proposal, refused()), chance)
        assert following is not None and following.hypothesis.composition is not None
        smaller += len(following.hypothesis.composition.recipes()) <= len(proposal.hypothesis.composition.recipes())
    assert smaller > len(SEEDS) * 0.8


def test_a_profile_without_room_defers_a_recipe() -> None:
    catalog = (recipe("sampler", Slot.DECODING, 1.5, attacks=(Share.SAMPLING,)), recipe("front", Slot.DECODING, 1.3))
    unbounded = [first(seed, catalog=catalog, profile=None).recipes() for seed in SEEDS]
    profiled = [first(seed, catalog=catalog, profile=STARTER_PROFILE).recipes() for seed in SEEDS]
    assert profiled.count(frozenset({"sampler"})) < unbounded.count(frozenset({"sampler"}))


def test_an_undecided_gain_is_built_upon_under_its_own_number() -> None:
    llama = Composition(choices=(Choice(slot=Slot.MODEL, recipe="own"),))
    catalog = (recipe("own", Slot.MODEL, 1.02), recipe("front", Slot.FRONT, 1.02))
    records = (*starting().records, record(1, measured("undecided", 1.04, pairs=20), made=llama))
    proposals = [Bandit().propose(starting(catalog=catalog, records=records), random.Random(seed)) for seed in SEEDS]
    built = [proposal for proposal in proposals if proposal and proposal.parent == 1]
    assert built
    assert all("undecided at 1.04x" in proposal.hypothesis.evidence for proposal in built)


def test_a_short_search_ends_far_above_chance_on_wrong_priors() -> None:
    bandit = [play(Bandit(), landscape(seed), candidates=6)[-1] for seed in range(25)]
    uniform = [play(Uniform(), landscape(seed), candidates=6)[-1] for seed in range(25)]
    assert math.exp(statistics.fmean(bandit) - statistics.fmean(uniform)) > 1.2
    assert math.exp(statistics.fmean(bandit)) > 3.0
