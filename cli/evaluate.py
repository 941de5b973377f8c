"""`vibeserve evaluate`: put any folder through the gates, and through a duel, without Temporal."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from activities.evaluation.ground import opened_ground
from activities.evaluation.verdicts import Evaluation, evaluate_candidate
from activities.home import Home
from activities.sandbox.requirement import require_sandbox
from activities.sources import laid_out
from cli.asked import Question, check_question
from cli.figures import interval, ratio
from cli.mistakes import Misuse
from cli.options import Correctness, Json, Model, Scenario, Target
from cli.output import print_json, result, telling
from cli.pair_table import arm_table, metric_table, pair_table
from cli.settings import find_home

GOOD = ("passed", "better")
STYLES = {"passed": "green", "better": "green", "not_better": "yellow", "undecided": "magenta", "rejected": "red"}

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The candidate: a folder with a serve.py.", show_default=False)]


def evaluate(
    scenario: Scenario,
    folder: Folder,
    against: Annotated[Path | None, typer.Option(metavar="DIR", help="Another folder to be measured against in a duel.")] = None,
    target: Target = "cpu",
    model: Model = "tiny",
    correctness: Correctness = "lossless",
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the hidden requests.", show_default="drawn")] = None,
    as_json: Json = False,
) -> None:
    """Put a folder through the gates, without Temporal.

    Build, conformance and correctness, then one measurement, or with --against a duel of interleaved pairs.
    Exit code 0: passed, or better. Exit code 1: rejected, not better or undecided.

    \b
    Examples:
      vibeserve evaluate chat ./my-server
      vibeserve evaluate chat ./my-server --against scenarios/chat/starter --model small --json
    """
    question = check_question(scenario, target=target, model=model, correctness=correctness)
    home = find_home()
    candidate = laid_out(check_folder(folder), under=home.starters)
    rival = None if against is None else laid_out(check_folder(against), under=home.starters)
    require_sandbox()
    drawn = secrets.randbits(31) if seed is None else seed
    evaluation = asyncio.run(_evaluate(home, question, candidate, against=rival, seed=drawn))
    if as_json:
        print_json(evaluation)
    else:
        result.print(picture(evaluation))
    if evaluation.verdict not in GOOD:
        raise typer.Exit(1)


def check_folder(folder: Path) -> Path:
    """A folder that can be a candidate, as an absolute path."""
    if not folder.is_dir():
        raise Misuse(f"{folder} is not a folder")
    if not (folder / "serve.py").is_file():
        raise Misuse(f"{folder} has no serve.py, which every candidate must have")
    return folder.absolute()


def picture(evaluation: Evaluation) -> RenderableType:
    """The evaluation for a person."""
    parts: list[RenderableType] = [_verdict(evaluation)]
    if evaluation.evidence:
        parts.append(Text(evaluation.evidence.strip(), style="dim"))
    if evaluation.pairs:
        announced = [pair for pair in evaluation.pairs if pair.load == "announced"]
        canary = [pair for pair in evaluation.pairs if pair.load == "canary"]
        parts.append(pair_table("duel", announced))
        parts += [pair_table("canary: beside the announced load", canary)] if canary else []
        parts.append(metric_table(announced))
    elif evaluation.metrics:
        parts.append(arm_table(evaluation.metrics))
    return Group(*parts)


def _verdict(evaluation: Evaluation) -> Text:
    text = Text(evaluation.verdict.replace("_", " "), style=f"bold {STYLES[evaluation.verdict]}")
    if evaluation.ratio is not None and evaluation.interval is not None:
        text.append(f"  {ratio(evaluation.ratio)} {interval(evaluation.interval)} in {len(evaluation.pairs)} pairs")
    if evaluation.stage:
        text.append(f" at {evaluation.stage}")
    return text.append(f": {evaluation.reason}", style="not bold") if evaluation.reason else text


async def _evaluate(home: Home, question: Question, candidate: Path, *, against: Path | None, seed: int) -> Evaluation:
    with telling() as tell:
        opened = opened_ground(
            question.scenario,
            target_name=question.target,
            model=question.model,
            correctness=question.correctness,
            home=home,
            holder=f"vibeserve evaluate {candidate.name}",
            say=tell,
        )
        async with opened as ground:
            return await evaluate_candidate(ground, candidate, against=against, seed=seed)
