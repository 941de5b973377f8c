"""`vibeserve compare`: a candidate beside generic engines, under the same load and the same eyes."""

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from activities.evaluation.ground import opened_ground
from activities.evaluation.launching import prepare_launch
from activities.evaluation.rivals.comparison import Comparison, OursFailed
from activities.evaluation.rivals.comparison import compare as compare_with
from activities.evaluation.rivals.declaration import Entrant
from activities.evaluation.rivals.registry import BROUGHT, UnknownRival, find_entrant, rivals
from activities.home import Home
from activities.sandbox.requirement import require_sandbox
from cli.compared import Compared, keep_comparison
from cli.comparison_table import picture
from cli.completion import entrants as offered
from cli.completion import searches
from cli.lookup import open_ledger
from cli.mistakes import Failed, Misuse, misuse
from cli.options import Json, Scenario, Target
from cli.output import print_json, result, telling
from cli.servable import Servable, find_servable
from cli.settings import find_home, find_rivals
from search.verdict import Rejected

PAIRS = 3


def compare(
    scenario: Scenario,
    what: Annotated[
        str,
        typer.Argument(
            metavar="DIR|NAME", help="A folder, or a search, whose champion is meant.", show_default=False, autocompletion=searches
        ),
    ],
    rival: Annotated[
        list[str],
        typer.Option(
            "--rivals",
            metavar="LIST",
            help="NAME[:PRECISION] with commas between, or command:COMMAND; may be repeated.",
            autocompletion=offered,
        ),
    ],
    target: Target = "cpu",
    model: Annotated[str | None, typer.Option(help="What all of them serve.", show_default="small, or the search's")] = None,
    pairs: Annotated[int, typer.Option(min=1, help="Pairs with each rival that count.")] = PAIRS,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the requests and of the order.", show_default="drawn")] = None,
    as_json: Json = False,
) -> None:
    """Compare a candidate with generic engines, in interleaved pairs on one device.

    Requests, seeds, counting and the reference are those of a duel. A rival that is not installed is named with what installs it, and the
    others are measured. What is found of a search's champion is kept in its journal and shown on its page. `vibeserve rival list` shows
    all rivals. Exit code 1: no rival could be measured, or the candidate itself failed.

    \b
    Examples:
      vibeserve compare chat first --rivals llama.cpp,vllm,transformers,openvino
      vibeserve compare chat ./my-server --rivals openvino:int8 --pairs 10 --json
      vibeserve compare chat first --rivals 'command:python my_server.py --model {model} --port {port}'
    """
    entrants = read_entrants(rival)
    servable = find_servable(find_home(), what, candidate=None, model=model, scenario=scenario, target=target)
    if servable.scenario != scenario:
        raise Misuse(f"{what} is a search of the scenario {servable.scenario}, not of {scenario}")
    require_sandbox()
    drawn = secrets.randbits(31) if seed is None else seed
    comparison = asyncio.run(_compare(find_home(), servable, entrants, pairs=pairs, seed=drawn))
    _keep(servable, comparison)
    if as_json:
        print_json(comparison)
    else:
        result.print(picture(comparison))
    if not any(standing.counting for standing in comparison.standings):
        raise typer.Exit(1)


def _keep(servable: Servable, comparison: Comparison) -> None:
    """With the search that the candidate comes from, if any."""
    if servable.search is not None:
        compared = Compared(when=datetime.now(UTC), candidate=servable.candidate, comparison=comparison)
        keep_comparison(open_ledger(find_home()), servable.search, compared)


def read_entrants(lists: list[str]) -> list[Entrant]:
    """The rivals of all lists, each once; what follows `command:` is one rival, commas and all."""
    names = [name.strip() for one in lists for name in ([one] if one.startswith(BROUGHT) else one.split(","))]
    with misuse(UnknownRival):
        entrants = [find_entrant(name) for name in dict.fromkeys(names) if name]
    if not entrants:
        raise Misuse(f"--rivals names none; known: {', '.join(rivals())}")
    return entrants


async def _compare(home: Home, servable: Servable, entrants: list[Entrant], *, pairs: int, seed: int) -> Comparison:
    with telling() as tell:
        opened = opened_ground(
            servable.scenario,
            target_name=servable.target,
            model=servable.model,
            correctness=servable.correctness,
            home=home,
            holder=f"vibeserve compare {Path(servable.title).name}",
            say=tell,
        )
        async with opened as ground:
            launch = await prepare_launch(ground, servable.folder, tree=servable.tree)
            if isinstance(launch, Rejected):
                raise Failed(
                    f"{servable.title} cannot be built: {launch.reason}; `vibeserve evaluate {servable.scenario} DIR` shows the log"
                )
            try:
                return await compare_with(
                    ground, launch, entrants, rivals_folder=find_rivals(), title=servable.title, pairs=pairs, seed=seed
                )
            except OursFailed as failed:
                raise Failed(f"{servable.title} cannot be compared: {failed}") from None
