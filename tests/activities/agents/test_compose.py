"""Compositions become trees that are whole, small and always the same."""

import ast
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from activities.agents.catalog import SKILLS, UnknownSkill, load_catalog
from activities.agents.compose import InvalidComposition, compose
from search.composition import Choice, Composition
from search.recipe import Recipe, Setting, Slot

CATALOG = load_catalog()
INSTALLED = {"aiohttp", "llguidance", "jinja2", "safetensors", "tokenizers", "torch", "numpy"}


def needs(name: str, *, beside: Iterable[str] = ()) -> set[str]:
    """Recipes that it needs; a model of the scenario that all can serve where it needs any model."""
    shared = set[str].intersection(*(set(CATALOG.recipe(one).scenarios) for one in (name, *beside)))
    models = sorted(one.name for one in CATALOG.recipes if one.slot == Slot.MODEL and shared & set(one.scenarios))
    return {models[0] if need == Slot.MODEL and models else need for need in CATALOG.recipe(name).needs}


def with_needs(*names: str) -> Composition:
    """The recipes and, again and again, what they need."""
    wanted: set[str] = set(names)
    while missing := {need for name in wanted for need in needs(name, beside=wanted)} - wanted:
        wanted |= missing
    return Composition(choices=tuple(Choice(slot=CATALOG.recipe(name).slot, recipe=name) for name in sorted(wanted)))


def valid(names: Iterable[str]) -> bool:
    """Whether these recipes claim to go together."""
    recipes = [CATALOG.recipe(name) for name in names]
    alone = len({recipe.slot for recipe in recipes}) == len(recipes)
    return alone and not any(set(recipe.excludes) & {other.name for other in recipes} for recipe in recipes)


def pairs() -> list[tuple[str, str]]:
    """All pairs that can stand in one composition."""
    names = [recipe.name for recipe in CATALOG.recipes]
    found: list[tuple[str, str]] = []
    for one, other in itertools.combinations(names, 2):
        needed = {one, other, *needs(one, beside=[other]), *needs(other, beside=[one])}
        if Slot.MODEL not in needed and valid(needed):
            found.append((one, other))
    return found


def imported(text: str) -> set[str]:
    """First names of all modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def check_tree(tree: dict[str, str]) -> None:
    """Every import is a file of the tree, an installed package or Python's own, and every file is reached from an entry."""
    assert "serve.py" in tree
    own = {name.removesuffix(".py") for name in tree if name.endswith(".py")}
    for name in own:
        strangers = imported(tree[f"{name}.py"]) - own - INSTALLED - sys.stdlib_module_names - {"transformers"}
        assert not strangers, f"{name}.py imports {strangers}"
    reached = {"serve"} | ({"build"} & own)
    while new := {module for name in reached for module in imported(tree[f"{name}.py"]) & own} - reached:
        reached |= new
    assert own == reached, f"nothing uses {own - reached}"


@pytest.mark.parametrize("scenario", sorted(CATALOG.starters))
def test_every_recipe_of_a_scenario_composes_over_its_starter(scenario: str) -> None:
    for recipe in CATALOG.recipes:
        if scenario in recipe.scenarios:
            check_tree(dict(compose(with_needs(recipe.name), CATALOG, scenario=scenario)))


def test_an_empty_composition_is_the_starter() -> None:
    tree = dict(compose(Composition(), CATALOG))
    starter = SKILLS.parent / "scenarios/chat/starter"
    assert tree == {file.name: file.read_text() for file in starter.glob("*.py")}
    check_tree(tree)


@pytest.mark.parametrize("recipe", CATALOG.recipes, ids=lambda recipe: recipe.name)
def test_every_recipe_composes_with_what_it_needs(recipe: Recipe) -> None:
    check_tree(dict(compose(with_needs(recipe.name), CATALOG, scenario=recipe.scenarios[0])))


@pytest.mark.parametrize(("one", "other"), pairs())
def test_every_pair_that_may_stand_together_composes(one: str, other: str) -> None:
    tree = dict(compose(with_needs(one, other), CATALOG))
    check_tree(tree)
    assert not any("transformers" in imported(text) for name, text in tree.items() if name.endswith(".py"))


def test_every_setting_composes_into_a_constant_that_is_used() -> None:
    for recipe in CATALOG.recipes:
        for parameter in recipe.parameters:
            for setting in parameter.settings:
                tree = compose(changed(recipe, {parameter.name: setting}), CATALOG, scenario=recipe.scenarios[0])
                constants: dict[str, Setting] = {}
                exec(tree["settings.py"], constants)
                assert constants[parameter.name.upper()] == setting
                users = [text for name, text in tree.items() if name != "settings.py" and parameter.name.upper() in text]
                assert users, f"nothing reads {parameter.name} of {recipe.name}"


def changed(recipe: Recipe, settings: dict[str, Setting]) -> Composition:
    """The recipe with what it needs and these settings."""
    choices = with_needs(recipe.name).choices
    return Composition(
        choices=tuple(Choice(slot=one.slot, recipe=one.recipe, settings=settings if one.recipe == recipe.name else {}) for one in choices)
    )


def test_the_same_composition_gives_the_same_tree_in_any_order() -> None:
    composition = with_needs("static-kv", "chunked-prefill", "thread-placement")
    turned = Composition(choices=composition.choices[::-1])
    first, second = compose(composition, CATALOG), compose(turned, load_catalog())
    assert list(first.items()) == list(second.items())


def test_a_tree_holds_only_what_it_uses() -> None:
    tree = compose(with_needs("static-kv"), CATALOG)
    assert "settings.py" not in tree
    assert not any("native" in name or name == "build.py" for name in tree)
    assert sum(len(text.splitlines()) for text in tree.values()) < 1650


def test_a_native_tree_holds_only_the_headers_that_it_includes() -> None:
    tree = compose(with_needs("int8-weights", "static-kv"), CATALOG)
    assert {name for name in tree if name.startswith("native/")} == {
        "native/int8.cpp",
        "native/matrix.h",
        "native/pool.cpp",
        "native/pool.h",
    }


@pytest.mark.parametrize(
    ("choices", "complaint"),
    [
        ([Choice(slot=Slot.CACHE, recipe="static-kv")], "recipe static-kv needs model"),
        ([Choice(slot=Slot.FRONT, recipe="fused-llama")], "recipe fused-llama fills the slot model, not front"),
        ([Choice(slot=Slot.MODEL, recipe="fused-llama", settings={"depth": 3})], "no parameter 'depth'; it has none"),
    ],
)
def test_a_composition_that_breaks_a_rule_is_refused_in_words(choices: list[Choice], complaint: str) -> None:
    with pytest.raises(InvalidComposition, match=complaint):
        compose(Composition(choices=tuple(choices)), CATALOG)


def test_a_setting_that_is_not_offered_is_refused() -> None:
    with pytest.raises(InvalidComposition, match="max_batch of chunked-prefill can be 2, 4, 8, 16, 32, 64, not 5"):
        compose(changed(CATALOG.recipe("chunked-prefill"), {"max_batch": 5}), CATALOG)


def test_an_unknown_recipe_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownSkill, match=r"known are .*fused-llama"):
        compose(Composition(choices=(Choice(slot=Slot.MODEL, recipe="warp-drive"),)), CATALOG)


def test_no_part_is_longer_than_a_person_reads_at_once() -> None:
    for file in SKILLS.glob("*/parts/*.py"):
        assert len(file.read_text().splitlines()) <= 300, Path(file).relative_to(SKILLS)
