"""Runs all simulations and writes table, figures and picture: `python -m benchmarks.statistics`."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.statistics.plot import draw
from benchmarks.statistics.study import study
from benchmarks.statistics.table import table

RESULTS = Path(__file__).parents[1] / "results" / "statistics"


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer simulations, for a test.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulated noise.")] = 20261124,
    out: Annotated[Path, typer.Option(help="Folder for what is written.")] = RESULTS,
) -> None:
    """Simulate the gate and the rules that others use."""
    report = study(candidates=1000, searches=3, seed=seed) if quick else study(candidates=100_000, searches=500, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "simulated.json").write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (out / "simulated.md").write_text(table(report), encoding="utf-8")
    draw(report, out / "simulated.png")
    print(table(report))


if __name__ == "__main__":
    typer.run(main)
