"""Whatever the catalog and however candidates end: a proposal is whole, fits the search, and is new."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.composition import Composition
from search.policy import POLICIES, Policy, Proposal, Situation
from search.profile import Share
from search.recipe import Parameter, Recipe, Slot
from search.verdict import Verdict
from tests.search.catalog import STARTER_PROFILE, after, measured, recipe, refused, starting

POLICY_NAMES = sorted(POLICIES)
KNOB = Parameter(name="size", settings=(1, 2, 4), default=2)
VERDICTS = st.sampled_from(
    [
        refused(),
        refused("screen"),
        measured("promoted", 1.4),
        measured("promoted", 1.02, pairs=20),
        measured("not_better", 0.8),
        measured("undecided", 1.01, pairs=20),
        measured("undecided", 1.0, pairs=0),
    ]
)


@st.composite
def recipes(draw: st.DrawFn) -> tuple[Recipe, ...]:
    """Up to eight recipes that need and exclude each other at random, also in circles and also unknown ones."""
    names = [f"recipe-{number}" for number in range(draw(st.integers(0, 8)))]
    others = st.lists(st.sampled_from([*names, "nowhere"]), max_size=2, unique=True).map(tuple)
    return tuple(
        recipe(
            name,
            draw(st.sampled_from(Slot)),
            draw(st.floats(0.5, 4.0)),
            needs=draw(others),
            excludes=draw(others),
            attacks=tuple(draw(st.lists(st.sampled_from(Share), max_size=2, unique=True))),
            targets=draw(st.sampled_from([("cpu",), ("cpu", "cuda"), ("metal",)])),
            scenarios=draw(st.sampled_from([("chat",), ("chat", "code_edit"), ("code_edit",)])),
            abilities=draw(st.sampled_from([(), ("avx2",), ("avx512_vnni",)])),
            correctness=draw(st.sampled_from(["lossless", "lossless", "bounded"])),
            parameters=draw(st.sampled_from([(), (KNOB,)])),
        )
        for name in names
    )


def assert_whole(made: Composition, situation: Situation) -> None:
    """Checks the composition against the catalog, independently of the policy's own code."""
    known = {recipe.name: recipe for recipe in situation.catalog}
    names = {choice.recipe for choice in made.choices}
    for choice in made.choices:
        used = known[choice.recipe]
        assert choice.slot is used.slot
        assert set(used.needs) <= names
        assert not (set(used.excludes) - {used.name}) & names
        assert situation.scenario in used.scenarios and situation.target in used.targets
        assert set(used.abilities) <= set(situation.abilities)
        assert used.correctness == "lossless" or situation.correctness == "bounded"
        assert choice.settings.keys() == {parameter.name for parameter in used.parameters}
        assert all(choice.settings[parameter.name] in parameter.settings for parameter in used.parameters)


def proposed(proposal: Proposal) -> Composition:
    """The whole composition, which every proposal carries."""
    assert proposal.hypothesis.composition is not None
    return proposal.hypothesis.composition


@pytest.mark.parametrize("name", POLICY_NAMES)
@given(
    catalog=recipes(),
    verdicts=st.lists(VERDICTS, max_size=12),
    correctness=st.sampled_from(["lossless", "bounded"]),
    abilities=st.sampled_from([(), ("avx2",), ("avx2", "avx512_vnni")]),
    seed=st.integers(0, 1000),
)
@settings(deadline=None, derandomize=True, max_examples=100)
def test_proposals_are_whole_and_never_repeated(
    name: str, catalog: tuple[Recipe, ...], verdicts: list[Verdict], correctness: str, abilities: tuple[str, ...], seed: int
) -> None:
    situation = starting(catalog=catalog, correctness=correctness, abilities=abilities)
    chance, seen = random.Random(seed), {Composition().key()}
    for verdict in verdicts:
        proposal = POLICIES[name].propose(situation, chance)
        if proposal is None:
            break
        made = proposed(proposal)
        assert_whole(made, situation)
        assert made.key() not in seen
        assert proposal.parent in {record.number for record in situation.records}
        seen.add(made.key())
        situation = after(situation, proposal, verdict).model_copy(update={"profile": STARTER_PROFILE})


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_what_runs_now_is_not_proposed_again(name: str) -> None:
    situation, flying = starting(), tuple[str, ...]()
    for number in range(12):
        proposal = POLICIES[name].propose(situation.model_copy(update={"in_flight": flying}), random.Random(number))
        if proposal:
            assert proposed(proposal).key() not in flying
            flying = (*flying, proposed(proposal).key())
    assert len(flying) >= 6


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_the_same_chance_proposes_the_same(name: str) -> None:
    one, other = (POLICIES[name].propose(starting(), random.Random("7/1")) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("name", "reached"), [("random", 2), ("bandit", 3), ("best-of-n", 3), ("evolve", 3)])
def test_a_space_ends_when_all_of_it_was_tried(name: str, reached: int) -> None:
    situation = starting(catalog=(recipe("one", Slot.MODEL, 1.5), recipe("two", Slot.FRONT, 1.5)))
    chance, count = random.Random(1), 0
    while proposal := POLICIES[name].propose(situation, chance):
        situation, count = after(situation, proposal, measured("not_better", 0.9)), count + 1
    assert count == reached


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_an_empty_catalog_is_exhausted_at_once(name: str) -> None:
    assert POLICIES[name].propose(starting(catalog=()), random.Random(1)) is None


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_a_catalog_that_lost_the_champions_recipe_still_serves(name: str) -> None:
    policy: Policy = POLICIES[name]
    whole = starting()
    proposal = policy.propose(whole, random.Random(2))
    assert proposal is not None
    crowned = after(whole, proposal, measured("promoted", 2.0))
    gone = sorted(proposed(proposal).recipes())[0]
    smaller = crowned.model_copy(update={"catalog": tuple(kept for kept in crowned.catalog if kept.name != gone)})
    following = policy.propose(smaller, random.Random(3))
    if following:
        assert_whole(proposed(following), smaller)
