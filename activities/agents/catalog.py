"""The skills on disk: which recipes there are, and what each brings to a candidate."""

import tomllib
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from activities.agents.skill_text import TEXT, BrokenSkill, Skill, first_problem, read_skill
from activities.sources import read_sources
from scenarios.registry import SCENARIOS
from search.recipe import Parameter, Recipe, Slot
from search.value import Value

SKILLS = Path(__file__).parents[2] / "skills"
RECIPE = "recipe.toml"

Files = Mapping[str, str]
"""File name in the candidate's tree to text."""


class UnknownSkill(ValueError):
    """No skill of that name; the message lists the known ones."""


class Catalog(Value):
    """All skills, read once."""

    recipes: tuple[Recipe, ...]
    """In order of their names."""
    parts: Mapping[str, Files]
    """What each recipe puts into the tree."""
    defaults: Mapping[Slot, Files]
    """What stands in a slot that no recipe fills."""
    base: Files
    """What every composed engine has."""
    starters: Mapping[str, Files]
    """By scenario, the server that an empty composition is."""
    skills: tuple[Skill, ...]
    """All that can be read, in order of their names; those without a recipe are for agents and people."""

    @model_validator(mode="after")
    def _names_resolve(self) -> "Catalog":
        known = {recipe.name for recipe in self.recipes}
        for recipe in self.recipes:
            if unknown := {*recipe.needs, *recipe.excludes} - known - set(Slot):
                raise ValueError(f"recipe {recipe.name} names {listed(unknown)}, which no skill has; known are {listed(known)}")
        return self

    @model_validator(mode="after")
    def _texts_cover_their_recipes(self) -> "Catalog":
        for recipe in self.recipes:
            for scenario, target in product(recipe.scenarios, recipe.targets):
                if recipe.name not in {skill.name for skill in self.index(scenario=scenario, target=target)}:
                    raise ValueError(f"recipe {recipe.name} is offered for {scenario} on {target}, which its {TEXT} leaves out")
        return self

    def recipe(self, name: str) -> Recipe:
        """The recipe of that name."""
        for recipe in self.recipes:
            if recipe.name == name:
                return recipe
        raise UnknownSkill(f"unknown recipe {name!r}; known are {listed(recipe.name for recipe in self.recipes)}")

    def skill(self, name: str) -> str:
        """What a person or an agent reads about a technique."""
        for skill in self.skills:
            if skill.name == name:
                return skill.text
        raise UnknownSkill(f"unknown skill {name!r}; known are {listed(skill.name for skill in self.skills)}")

    def index(self, *, scenario: str | None = None, target: str | None = None) -> tuple[Skill, ...]:
        """What is of use for a scenario and a target, to choose from by its descriptions."""
        return tuple(skill for skill in self.skills if skill.applies(scenario=scenario, target=target))


def load_catalog(skills: Path = SKILLS) -> Catalog:
    """Read and check every skill under `skills`; BrokenSkill names the file at fault and what is wrong with it."""
    folders = sorted(file.parent for file in skills.glob(f"*/{TEXT}"))
    for recipe in skills.glob(f"*/{RECIPE}"):
        if recipe.parent not in folders:
            raise BrokenSkill(f"{recipe.parent} has a {RECIPE} and no {TEXT}")
    texts = tuple(read_skill(folder) for folder in folders)
    recipes = tuple(read_recipe(folder) for folder in folders if (folder / RECIPE).exists())
    try:
        return Catalog(
            recipes=recipes,
            parts={recipe.name: read_parts(skills, recipe) for recipe in recipes},
            defaults={slot: read_sources(skills / "defaults" / slot) for slot in Slot if (skills / "defaults" / slot).is_dir()},
            base=read_sources(skills / "base" / "parts"),
            starters={scenario.name: read_sources(scenario.starter) for scenario in SCENARIOS.values()},
            skills=texts,
        )
    except ValidationError as error:
        raise BrokenSkill(f"{skills}: {first_problem(error)}") from error


def read_recipe(folder: Path) -> Recipe:
    """One recipe.toml, checked against its folder."""
    file = folder / RECIPE
    try:
        fields: dict[str, Any] = tomllib.loads(file.read_text())
        recipe = Recipe.model_validate(fields)
    except tomllib.TOMLDecodeError as error:
        raise BrokenSkill(f"{file} is not TOML: {error}") from error
    except ValidationError as error:
        raise BrokenSkill(f"{file}: {first_problem(error)}") from error
    if recipe.name != folder.name:
        raise BrokenSkill(f"{file} names itself {recipe.name!r}; it must have its folder's name {folder.name!r}")
    if not (folder / "parts").is_dir():
        raise BrokenSkill(f"{folder} has a {RECIPE} and no parts")
    for parameter in recipe.parameters:
        check_parameter(file, parameter)
    return recipe


def check_parameter(file: Path, parameter: Parameter) -> None:
    """A parameter begins with one of its settings and can be a constant's name."""
    if parameter.default not in parameter.settings:
        raise BrokenSkill(
            f"{file}: the default {parameter.default!r} of {parameter.name} is none of its settings {list(parameter.settings)}"
        )
    if not parameter.name.isidentifier():
        raise BrokenSkill(f"{file}: the parameter {parameter.name!r} cannot be a Python name")


def read_parts(skills: Path, recipe: Recipe) -> Files:
    """The recipe's own files and those that it brings."""
    folders = [skills / name / "parts" for name in (*recipe.brings, recipe.name)]
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise BrokenSkill(f"{skills / recipe.name / RECIPE} brings {missing[0]}, which is no folder")
    return {name: text for folder in folders for name, text in read_sources(folder).items()}


def listed(names: Iterable[str]) -> str:
    """Names in order, for a message."""
    return ", ".join(sorted(names))
