"""Which compositions a search may build: the recipes on offer and how they hold together."""

from collections.abc import Iterable, Mapping

from search import lineage
from search.composition import Choice, Composition
from search.policy.situation import Situation
from search.recipe import Recipe, Setting, Slot

Offer = Mapping[str, Recipe]
"""Recipes that fit the search, by name."""

_SLOTS = list(Slot)


def offer(situation: Situation) -> Offer:
    """The catalog without what the scenario, the target, the machine or the correctness policy rules out, or what needs such a recipe."""
    suiting = [recipe for recipe in situation.catalog if _suits(recipe, situation)]
    fitting = {recipe.name: _bound(recipe, suiting) for recipe in suiting}
    return {name: recipe for name, recipe in fitting.items() if _complete(name, fitting)}


def closure(name: str, recipes: Offer) -> frozenset[str]:
    """The recipe and all that it needs, directly or not; a need that is not on offer is named all the same."""
    found, pending = {name}, [name]
    while pending:
        member = recipes.get(pending.pop())
        needs = set(member.needs) - found if member else set[str]()
        found |= needs
        pending += sorted(needs)
    return frozenset(found)


def conflict(one: Recipe, other: Recipe) -> bool:
    """Whether two different recipes cannot be in one composition."""
    return one.name != other.name and (one.slot == other.slot or one.name in other.excludes or other.name in one.excludes)


def fits(composition: Composition, recipes: Offer) -> bool:
    """Whether the composition is whole: all recipes on offer, in their slots, needs met, excludes honoured, settings known."""
    names = composition.recipes()
    if not names <= recipes.keys():
        return False
    members = [recipes[name] for name in names]
    return (
        all(set(member.needs) <= names for member in members)
        and not any(conflict(one, other) for one in members for other in members)
        and all(_well_set(choice, recipes[choice.recipe]) for choice in composition.choices)
    )


def compose(names: Iterable[str], recipes: Offer, *, like: Composition) -> Composition:
    """These recipes in slot order, with the settings that they have in `like` and the defaults elsewhere."""
    known = {choice.recipe: choice.settings for choice in like.choices}
    members = sorted((recipes[name] for name in names), key=lambda recipe: _SLOTS.index(recipe.slot))
    return Composition(
        choices=tuple(
            Choice(slot=member.slot, recipe=member.name, settings=_settings(member, known.get(member.name, {}))) for member in members
        )
    )


def taken(situation: Situation) -> frozenset[str]:
    """Keys that must not be proposed: tried, running, the champion's and the starter's."""
    standing = {situation.composition.key(), Composition().key()}
    return lineage.tried(situation.records) | frozenset(situation.in_flight) | standing


def _suits(recipe: Recipe, situation: Situation) -> bool:
    return (
        situation.scenario in recipe.scenarios
        and situation.target in recipe.targets
        and set(recipe.abilities) <= set(situation.abilities)
        and (recipe.correctness == "lossless" or situation.correctness == "bounded")
    )


def _bound(recipe: Recipe, suiting: list[Recipe]) -> Recipe:
    """With each slot that it needs as the most promising recipe on offer that fills it."""
    filling = {other.slot.value: other.name for other in sorted(suiting, key=lambda other: other.prior_log_gain)}
    return recipe.model_copy(update={"needs": tuple(filling.get(need, need) for need in recipe.needs)})


def _complete(name: str, recipes: Offer) -> bool:
    """Whether all that the recipe needs is among `recipes` and goes together."""
    members = closure(name, recipes)
    if not members <= recipes.keys():
        return False
    return not any(conflict(recipes[one], recipes[other]) for one in members for other in members)


def _settings(recipe: Recipe, known: Mapping[str, Setting]) -> Mapping[str, Setting]:
    return {
        parameter.name: known[parameter.name] if known.get(parameter.name) in parameter.settings else parameter.default
        for parameter in recipe.parameters
    }


def _well_set(choice: Choice, recipe: Recipe) -> bool:
    return choice.slot == recipe.slot and choice.settings == _settings(recipe, choice.settings)
