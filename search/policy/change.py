"""What differs between two compositions, as the features that a belief can be held about."""

from collections.abc import Mapping

from search.composition import Choice, Composition
from search.policy.space import Offer
from search.value import Value


class Change(Value):
    """The way from one composition to another."""

    added: tuple[str, ...] = ()
    """Recipes, in slot order."""
    removed: tuple[str, ...] = ()
    turned: Mapping[str, int] = {}
    """Steps along the settings of a knob, by `recipe.parameter`, for recipes that stay."""


def change(before: Composition, after: Composition, recipes: Offer) -> Change:
    """What was done to `before` to get `after`."""
    old = {choice.recipe: choice for choice in before.choices}
    return Change(
        added=tuple(choice.recipe for choice in after.choices if choice.recipe not in old),
        removed=tuple(choice.recipe for choice in before.choices if choice.recipe not in after.recipes()),
        turned={
            knob: steps
            for choice in after.choices
            if choice.recipe in old
            for knob, steps in _turned(old[choice.recipe], choice, recipes).items()
        },
    )


def _turned(before: Choice, after: Choice, recipes: Offer) -> Mapping[str, int]:
    """Steps per knob that changed; 0 when the catalog no longer knows one of its two settings."""
    recipe = recipes.get(after.recipe)
    found: dict[str, int] = {}
    for parameter in recipe.parameters if recipe else ():
        old, new = before.settings.get(parameter.name), after.settings.get(parameter.name)
        if old == new:
            continue
        known = old in parameter.settings and new in parameter.settings
        found[f"{after.recipe}.{parameter.name}"] = parameter.settings.index(new) - parameter.settings.index(old) if known else 0
    return found
