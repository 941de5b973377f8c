"""`python -m benchmarks.verification cost|sampling|power ...`: how verification is itself measured; prints one table each."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from activities.home import Home
from benchmarks.verification import cost, power, sampling

app = typer.Typer(help=__doc__)

HomeFolder = Annotated[Path, typer.Option(help="Where models and calibrations are kept.")]
ModelName = Annotated[str, typer.Option(help="The model to serve.")]


@app.command("cost")
def measure_cost(
    candidates: Annotated[list[Path], typer.Argument(help="Folders with a serve.py, each measured in arms of its own.")],
    home: HomeFolder = Path(".vibeserve"),
    model: ModelName = "tiny",
    arms: Annotated[int, typer.Option(min=1)] = 4,
) -> None:
    """Seconds of verification beside seconds of measurement, and what A/A arms look like: leap at the window, share of the limit."""
    rows = asyncio.run(cost.measure([folder.resolve() for folder in candidates], home=Home(root=home.resolve()), model=model, arms=arms))
    print("\n".join(cost.table(rows)))


@app.command("sampling")
def measure_sampling(
    home: HomeFolder = Path(".vibeserve"),
    model: ModelName = "tiny",
    answers: Annotated[int, typer.Option(min=10)] = 4000,
    tokens: Annotated[int, typer.Option(min=1)] = 96,
) -> None:
    """False alarms of the sampling test on honest answers, and how many of each kind of false ones it finds."""
    print("\n".join(asyncio.run(sampling.measure(home=Home(root=home.resolve()), model=model, answers=answers, tokens=tokens))))


@app.command("power")
def measure_power(
    home: HomeFolder = Path(".vibeserve"),
    model: ModelName = "tiny",
    seeds: Annotated[int, typer.Option(min=1)] = 5,
) -> None:
    """How many runs of the correctness gate find each subtle cheat: by the round that all are asked, and by all rounds."""
    print("\n".join(asyncio.run(power.measure(home=Home(root=home.resolve()), model=model, seeds=seeds))))


if __name__ == "__main__":
    app()
