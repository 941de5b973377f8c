"""The single steps from one composition to another: put a recipe in, take one out, turn one knob."""

from collections.abc import Iterator, Mapping

from search.composition import Choice, Composition
from search.policy import space
from search.policy.space import Offer
from search.recipe import Parameter, Setting


def additions(origin: Composition, recipes: Offer) -> Iterator[Composition]:
    """One more recipe with all that it needs, in place of what excludes it or fills its slot."""
    for name in sorted(recipes.keys() - origin.recipes()):
        yield with_recipe(origin, name, recipes)


def removals(origin: Composition, recipes: Offer) -> Iterator[Composition]:
    """One recipe less; only one that nothing else needs."""
    names = origin.recipes()
    needed = {need for name in names if name in recipes for need in recipes[name].needs}
    for name in sorted(names - needed):
        yield space.compose((names - {name}) & recipes.keys(), recipes, like=origin)


def tunings(origin: Composition, recipes: Offer) -> Iterator[Composition]:
    """One parameter of one recipe on a neighbouring setting."""
    for choice in origin.choices:
        recipe = recipes.get(choice.recipe)
        for parameter in recipe.parameters if recipe else ():
            for setting in _neighbours(parameter, choice.settings.get(parameter.name)):
                yield _with_setting(origin, choice, parameter.name, setting)


def steps(origin: Composition, recipes: Offer) -> tuple[Composition, ...]:
    """Every whole composition one step away from `origin`."""
    found = [*additions(origin, recipes), *removals(origin, recipes), *tunings(origin, recipes)]
    return tuple(made for made in found if space.fits(made, recipes))


def with_recipe(origin: Composition, name: str, recipes: Offer) -> Composition:
    """The origin with that recipe and all that it needs; what goes with neither gives way, and what needed that too."""
    wanted = space.closure(name, recipes)
    kept = {
        member
        for member in origin.recipes() & recipes.keys()
        if not any(space.conflict(recipes[member], recipes[other]) for other in wanted)
    } | wanted
    while orphans := {member for member in kept if not set(recipes[member].needs) <= kept}:
        kept -= orphans
    return space.compose(kept, recipes, like=origin)


def _neighbours(parameter: Parameter, setting: Setting | None) -> Iterator[Setting]:
    if setting not in parameter.settings:
        yield parameter.default
        return
    position = parameter.settings.index(setting)
    yield from parameter.settings[max(0, position - 1) : position]
    yield from parameter.settings[position + 1 : position + 2]


def _with_setting(origin: Composition, choice: Choice, name: str, setting: Setting) -> Composition:
    settings: Mapping[str, Setting] = {**choice.settings, name: setting}
    turned = choice.model_copy(update={"settings": settings})
    return Composition(choices=tuple(turned if other is choice else other for other in origin.choices))
