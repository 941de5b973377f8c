"""Whole compositions drawn at random: from nothing, by a step, or from two parents."""

import random

from search.composition import Choice, Composition
from search.policy import moves, space
from search.policy.space import Offer
from search.recipe import Recipe

INCLUDED = 0.5
"""Chance of each recipe to be part of a composition that is drawn from nothing, where it goes together with the rest."""


def drawn(recipes: Offer, chance: random.Random) -> Composition:
    """Each recipe in or out by a coin, with what it needs, and every knob anywhere; nothing of it depends on what was tried."""
    names = set[str]()
    for name in _shuffled(sorted(recipes), chance):
        wanted = space.closure(name, recipes) | names
        if chance.random() < INCLUDED and _together(wanted, recipes):
            names = set(wanted)
    made = space.compose(names, recipes, like=Composition())
    return Composition(choices=tuple(_tuned(choice, recipes[choice.recipe], chance) for choice in made.choices))


def mutated(origin: Composition, recipes: Offer, chance: random.Random) -> Composition:
    """One step away, or rarely more: half of them take another step, and so on."""
    made = origin
    while options := moves.steps(made, recipes):
        made = chance.choice(options)
        if chance.random() < 0.5:
            break
    return made


def crossed(one: Composition, other: Composition, recipes: Offer, chance: random.Random) -> Composition:
    """The first with each recipe and setting that only the second has, or has otherwise, by a coin; a recipe brings what it needs."""
    made = one
    for choice in other.choices:
        if choice.recipe in recipes and chance.random() < 0.5:
            taken = made if choice.recipe in made.recipes() else moves.with_recipe(made, choice.recipe, recipes)
            made = _with_choice(taken, choice)
    return made


def _shuffled(names: list[str], chance: random.Random) -> list[str]:
    return chance.sample(names, len(names))


def _together(names: set[str] | frozenset[str], recipes: Offer) -> bool:
    members = [recipes[name] for name in sorted(names)]
    return not any(space.conflict(one, other) for one in members for other in members)


def _tuned(choice: Choice, recipe: Recipe, chance: random.Random) -> Choice:
    settings = {parameter.name: chance.choice(parameter.settings) for parameter in recipe.parameters}
    return choice.model_copy(update={"settings": settings})


def _with_choice(made: Composition, choice: Choice) -> Composition:
    return Composition(choices=tuple(choice if old.recipe == choice.recipe else old for old in made.choices))
