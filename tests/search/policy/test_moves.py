"""Single steps keep a composition whole: needs come along, what is excluded goes, what nothing carries falls."""

from search.composition import Composition
from search.policy import moves, space
from tests.search.catalog import CATALOG, recipe, starting

OFFER = space.offer(starting())


def composed(*names: str) -> Composition:
    """These recipes on their defaults."""
    return space.compose(names, OFFER, like=Composition())


def reached(origin: Composition, *, by: str) -> list[frozenset[str]]:
    """Recipes of the compositions in which `by` is new."""
    return [made.recipes() for made in moves.additions(origin, OFFER) if by in made.recipes() - origin.recipes()]


def test_the_offer_leaves_out_what_does_not_fit_and_what_needs_it() -> None:
    assert {"metal-kernels", "needs-metal", "int8", "contradiction"}.isdisjoint(OFFER)
    assert "packed-weights" in OFFER


def test_bounded_recipes_come_with_a_bounded_policy_and_the_ability() -> None:
    assert "int8" in space.offer(starting(correctness="bounded", abilities=("avx512_vnni",)))
    assert "int8" not in space.offer(starting(correctness="bounded"))


def test_an_addition_brings_what_it_needs() -> None:
    assert {"continuous-batching", "fused-llama", "paged-cache"} in reached(Composition(), by="continuous-batching")


def test_an_addition_drops_what_it_excludes_and_all_that_stood_on_it() -> None:
    engine = composed("fused-llama", "paged-cache", "continuous-batching", "raw-front")
    assert reached(engine, by="compile") == [{"fused-llama", "compile", "raw-front"}]


def test_a_recipe_that_others_need_is_not_removed() -> None:
    left = [made.recipes() for made in moves.removals(composed("fused-llama", "paged-cache", "raw-front"), OFFER)]
    assert left == [{"fused-llama", "raw-front"}, {"fused-llama", "paged-cache"}]


def test_a_knob_turns_to_its_neighbours_only() -> None:
    sizes = [made.choices[1].settings["block_tokens"] for made in moves.tunings(composed("fused-llama", "paged-cache"), OFFER)]
    assert sizes == [8, 32]


def test_settings_outlive_other_changes() -> None:
    turned = next(iter(moves.tunings(composed("fused-llama", "paged-cache"), OFFER)))
    wider = next(made for made in moves.additions(turned, OFFER) if "raw-front" in made.recipes())
    assert [choice.settings for choice in wider.choices if choice.recipe == "paged-cache"] == [{"block_tokens": 8}]


def test_recipes_that_need_each_other_come_together() -> None:
    ring = (
        recipe("left", CATALOG[0].slot, 1.1, needs=("right",)),
        recipe("right", CATALOG[1].slot, 1.1, needs=("left",)),
    )
    offer = space.offer(starting(catalog=ring))
    assert {frozenset(made.recipes()) for made in moves.steps(Composition(), offer)} == {frozenset({"left", "right"})}
