"""`vibeserve skill`: the techniques that candidates are composed of."""

from collections.abc import Sequence, Set
from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from activities.agents.catalog import Catalog, UnknownSkill, load_catalog
from activities.agents.skill_text import EVERYWHERE, Skill
from cli.completion import skills
from cli.mistakes import Misuse, misuse
from cli.options import Json
from cli.output import print_json, result
from scenarios.registry import SCENARIOS
from search.recipe import Recipe
from search.value import Value
from targets.registry import TARGETS

app = typer.Typer(help="The techniques that candidates are composed of.")


class Listed(Value):
    """One line of the index."""

    name: str
    description: str
    scenarios: tuple[str, ...]
    """`*` is every one."""
    targets: tuple[str, ...]
    recipe: Recipe | None


class Shown(Listed):
    """One skill: what is to be read, and its recipe where it has one."""

    text: str


@app.command("list")
def list_skills(
    scenario: Annotated[str | None, typer.Option(help="Only what is of use for this scenario.", show_default=False)] = None,
    target: Annotated[str | None, typer.Option(help="Only what is of use on this target.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """List the skills.

    Those with a slot have a recipe, from which candidates are composed; the others are texts for agents and people.

    \b
    Examples:
      vibeserve skill list
      vibeserve skill list --scenario chat --target cpu
      vibeserve skill list --json
    """
    catalog = load_catalog()
    _check(scenario, "scenario", {*SCENARIOS, *(name for skill in catalog.skills for name in skill.metadata.scenarios)})
    _check(target, "target", {*TARGETS, *(name for skill in catalog.skills for name in skill.metadata.targets)})
    index = [_listed(skill, catalog) for skill in catalog.index(scenario=scenario, target=target)]
    if as_json:
        print_json(index)
    else:
        result.print(_index_table(index))


@app.command("show")
def show_skill(
    name: Annotated[
        str, typer.Argument(metavar="SKILL", help="As `vibeserve skill list` shows it.", show_default=False, autocompletion=skills)
    ],
    as_json: Json = False,
) -> None:
    """Show what a skill says, and its parameters.

    \b
    Examples:
      vibeserve skill show continuous-batching
      vibeserve skill show continuous-batching --json
    """
    catalog = load_catalog()
    with misuse(UnknownSkill):
        text = catalog.skill(name)
    entry = next(_listed(skill, catalog) for skill in catalog.skills if skill.name == name)
    if as_json:
        print_json(Shown(text=text, **dict(entry)))
        return
    result.print(Markdown(text) if result.is_terminal else Text(text), soft_wrap=not result.is_terminal)
    if entry.recipe is not None:
        result.print(_recipe_table(entry.recipe))


def _check(name: str | None, kind: str, known: Set[str]) -> None:
    """A name that this version or one of its skills knows."""
    if name is not None and name not in known:
        raise Misuse(f"unknown {kind} {name!r}; known: {', '.join(sorted(known - {EVERYWHERE}))}")


def _listed(skill: Skill, catalog: Catalog) -> Listed:
    recipe = next((recipe for recipe in catalog.recipes if recipe.name == skill.name), None)
    where = skill.metadata
    return Listed(name=skill.name, description=skill.description, scenarios=where.scenarios, targets=where.targets, recipe=recipe)


def _index_table(index: Sequence[Listed]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("skill", "slot", "scenarios", "targets", "what it is"):
        table.add_column(name, no_wrap=name in ("skill", "slot"))
    for entry in index:
        where = (" ".join(names).replace(EVERYWHERE, "all") for names in (entry.scenarios, entry.targets))
        table.add_row(entry.name, entry.recipe.slot.value if entry.recipe else "", *where, Text(entry.description))
    return table


def _recipe_table(recipe: Recipe) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    facts = {
        "slot": recipe.slot.value,
        "claim": recipe.claim,
        "because": recipe.mechanism,
        "needs": ", ".join((*recipe.needs, *recipe.abilities)),
        "excludes": ", ".join(recipe.excludes),
        "attacks": ", ".join(share.value.replace("_", " ") for share in recipe.attacks),
        "correctness": recipe.correctness,
    }
    for parameter in recipe.parameters:
        facts[parameter.name] = f"{', '.join(map(str, parameter.settings))} (begins with {parameter.default})"
    for name, text in facts.items():
        if text:
            table.add_row(name, Text(text))
    return table
