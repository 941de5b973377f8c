"""A composition of recipes becomes the source tree of a candidate."""

import ast
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from activities.agents.catalog import Catalog, Files, listed
from scenarios.registry import SCENARIOS
from search.composition import Choice, Composition
from search.recipe import Parameter, Recipe, Setting, Slot

SETTINGS = "settings.py"
ENTRIES = ("serve.py", "build.py")
INCLUDE = re.compile(r'^#include "(.+)"', re.MULTILINE)


class InvalidComposition(ValueError):
    """The recipes do not go together, or a setting is none of its parameter's."""


def compose(composition: Composition, catalog: Catalog, *, scenario: str = "chat") -> Mapping[str, str]:
    """The whole tree of the candidate, file name to text, in order of names. The same composition always gives the same tree.

    An empty composition is the starter. Any other keeps of it what its recipes do not bring.
    InvalidComposition says which rule of which recipe does not hold.
    """
    starter = catalog.starters[scenario]
    if not composition.choices:
        return dict(sorted(starter.items()))
    check(composition, catalog)
    filled = {choice.slot: choice.recipe for choice in composition.choices}
    parts = [catalog.parts[recipe] for recipe in filled.values()]
    if SCENARIOS[scenario].api == "text":
        parts += [catalog.base, *(default_part(slot, catalog) for slot in Slot if slot not in filled)]
    settings = settings_text(composition, catalog)
    engine = merged([*parts, {SETTINGS: settings} if settings else {}])
    tree = {name: text for name, text in starter.items() if name not in engine} | engine
    return dict(sorted(in_use(tree).items()))


def check(composition: Composition, catalog: Catalog) -> None:
    """Each recipe in its own slot, with all that it needs and nothing that it excludes."""
    names = composition.recipes()
    for choice in composition.choices:
        recipe = catalog.recipe(choice.recipe)
        if recipe.slot != choice.slot:
            raise InvalidComposition(f"recipe {recipe.name} fills the slot {recipe.slot}, not {choice.slot}")
        if missing := set(recipe.needs) - names - {other.slot for other in composition.choices}:
            raise InvalidComposition(f"recipe {recipe.name} needs {listed(missing)}")
        if clashing := set(recipe.excludes) & names:
            raise InvalidComposition(f"recipe {recipe.name} excludes {listed(clashing)}")
        check_settings(choice, recipe)


def check_settings(choice: Choice, recipe: Recipe) -> None:
    """Settings are those that the recipe offers."""
    offered = {parameter.name: parameter.settings for parameter in recipe.parameters}
    for name, setting in choice.settings.items():
        if name not in offered:
            raise InvalidComposition(f"recipe {recipe.name} has no parameter {name!r}; it has {listed(offered) or 'none'}")
        if setting not in offered[name]:
            raise InvalidComposition(f"{name} of {recipe.name} can be {', '.join(map(str, offered[name]))}, not {setting}")


def default_part(slot: Slot, catalog: Catalog) -> Files:
    """What stands in an open slot."""
    if slot not in catalog.defaults:
        raise InvalidComposition(f"the slot {slot} has no default part: a composition must fill it")
    return catalog.defaults[slot]


def merged(parts: list[Files]) -> dict[str, str]:
    """All files together; two parts may bring the same file only with the same text."""
    tree: dict[str, str] = {}
    for part in parts:
        for name, text in part.items():
            if tree.setdefault(name, text) != text:
                raise InvalidComposition(f"two recipes bring different texts of {name}")
    return tree


def in_use(tree: Mapping[str, str]) -> dict[str, str]:
    """Without the modules and headers that no entry reaches, such as a base's attention beside a native one; other files stay."""
    reached, fresh = set[str](), {name for name in tree if name in ENTRIES or name.endswith(".cpp")}
    while fresh:
        reached |= fresh
        wanted = {used for name in fresh for used in uses(name, tree[name])}
        fresh = (wanted & tree.keys()) - reached
    return {name: text for name, text in tree.items() if name in reached or not name.endswith((".py", ".h"))}


def uses(name: str, text: str) -> set[str]:
    """Files that a source file imports or includes."""
    if name.endswith(".py"):
        return {f"{module}.py" for module in imports(text)}
    return {PurePosixPath(name).with_name(header).as_posix() for header in INCLUDE.findall(text)}


def imports(text: str) -> set[str]:
    """Top-level names of the modules that a source file imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def settings_text(composition: Composition, catalog: Catalog) -> str:
    """The module of constants, one per parameter; empty when no recipe in use has any."""
    lines: list[str] = []
    for choice in sorted(composition.choices, key=lambda choice: list(Slot).index(choice.slot)):
        recipe = catalog.recipe(choice.recipe)
        chosen = {**recipe.defaults(), **choice.settings}
        lines += [constant(parameter, chosen[parameter.name]) for parameter in recipe.parameters]
    return "\n".join(['"""The parameters of this engine."""', "", *lines, ""]) if lines else ""


def constant(parameter: Parameter, setting: Setting) -> str:
    """One assignment, strings in double quotes."""
    text = f'"{setting}"' if isinstance(setting, str) else repr(setting)
    return f"{parameter.name.upper()} = {text}"
