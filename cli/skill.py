"""`vibeserve skill`: the techniques that candidates are composed of."""

from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from activities.agents.catalog import UnknownSkill, load_catalog
from cli.mistakes import misuse
from cli.options import Json
from cli.output import print_json, result
from search.recipe import Recipe
from search.value import Value

app = typer.Typer(help="The techniques that candidates are composed of.")


class Shown(Value):
    """One skill: what is to be read, and its recipe where it has one."""

    name: str
    text: str
    recipe: Recipe | None


@app.command("list")
def list_skills(as_json: Json = False) -> None:
    """List the skills.

    \b
    Examples:
      vibeserve skill list
      vibeserve skill list --json
    """
    recipes = load_catalog().recipes
    if as_json:
        print_json(recipes)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("skill", "slot", "correctness", "needs", "what it is"):
        table.add_column(name)
    for recipe in recipes:
        needs = ", ".join((*recipe.needs, *recipe.abilities))
        table.add_row(recipe.name, recipe.slot.value, recipe.correctness, needs, Text(recipe.title))
    result.print(table)


@app.command("show")
def show_skill(
    name: Annotated[str, typer.Argument(metavar="SKILL", help="As `vibeserve skill list` shows it.", show_default=False)],
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
    recipe = next((recipe for recipe in catalog.recipes if recipe.name == name), None)
    if as_json:
        print_json(Shown(name=name, text=text, recipe=recipe))
        return
    result.print(Markdown(text) if result.is_terminal else Text(text), soft_wrap=not result.is_terminal)
    if recipe is not None:
        result.print(_recipe_table(recipe))


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
