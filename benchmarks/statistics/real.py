"""Measures real pairs of identical code on this machine and replays the gate on them: `python -m benchmarks.statistics.real`.

The code is the starter of `chat` with the quick engine of the hostile suite, on the model `tiny`: a window is short, so a pair is
quick and noisy. The pairs are kept line by line; a later call goes on where an earlier one stopped.
"""

import asyncio
import secrets
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.launching import prepare_launch, tree_digest
from activities.evaluation.pair import measure_pair
from activities.evaluation.server import Launch
from activities.home import Home
from benchmarks.statistics.__main__ import RESULTS
from benchmarks.statistics.replay import GAIN, Replayed, replay
from benchmarks.statistics.table import grid, share
from search.measurement import Pair
from search.verdict import Rejected

ENGINE = Path(__file__).parents[2] / "tests" / "hostile" / "honest" / "engine.py"


def main(
    minutes: Annotated[float, typer.Option(help="How long to measure; 0 replays what was measured.")] = 5.0,
    out: Annotated[Path, typer.Option(help="Folder for what is written.")] = RESULTS,
    home: Annotated[Path, typer.Option(help="Where VibeServe keeps its state.")] = Path(".vibeserve"),
    duels: Annotated[int, typer.Option(help="Resampled duels.")] = 10_000,
) -> None:
    """Measure, then replay."""
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "pairs.jsonl"
    if minutes > 0:
        asyncio.run(_measure(kept, Home(root=home.absolute()), minutes=minutes))
    try:
        replayed = replay(read_pairs(kept), duels=duels, seed=1)
    except ValueError as few:
        raise SystemExit(str(few)) from few
    (out / "real.json").write_text(replayed.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (out / "real.md").write_text(shown(replayed), encoding="utf-8")
    print(shown(replayed))


def read_pairs(kept: Path) -> list[Pair]:
    """All pairs so far; a line that a kill cut short is left out."""
    lines = kept.read_text(encoding="utf-8").split("\n")[:-1] if kept.exists() else []
    return [Pair.model_validate_json(line) for line in lines]


def keep(kept: Path, pair: Pair) -> None:
    """Appends a pair, after removing what a kill left of a line."""
    text = kept.read_text(encoding="utf-8") if kept.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    kept.write_text(whole + pair.model_dump_json() + "\n", encoding="utf-8")


def shown(replayed: Replayed) -> str:
    """The figures as Markdown."""
    bias = f"{replayed.bias.low:.4f} to {replayed.bias.high:.4f}"
    rows = [
        ["pairs measured", str(replayed.pairs)],
        ["of them void", str(replayed.void)],
        ["sd of a pair", share(replayed.deviation)],
        ["median ratio, 95 %", bias],
        ["correlation of neighbours", f"{replayed.neighbours:.2f}"],
        ["whole real null duels", str(replayed.whole_duels)],
        ["of them promoted", str(replayed.whole_promoted)],
        ["resampled null duels", f"{replayed.resampled:,}"],
        ["of them won", share(replayed.false_wins)],
        ["of them promoted", share(replayed.false_promotions)],
        ["pairs of a null duel", f"{replayed.null_pairs:.1f}"],
        [f"shifted by log {GAIN}: won", share(replayed.duel_power)],
        [f"shifted by log {GAIN}: promoted", share(replayed.power)],
    ]
    head = "# Real pairs of identical code\n\n`python -m benchmarks.statistics.real` wrote this."
    said = " The gain is computed into the log-ratios, not served.\n\n"
    return head + said + grid(("what", "figure"), rows) + "\n"


async def _measure(kept: Path, home: Home, *, minutes: float) -> None:
    end = time.monotonic() + 60 * minutes
    ground = opened_ground("chat", target_name="cpu", model="tiny", correctness="lossless", home=home, holder="null duels", say=_mute)
    async with ground as opened:
        launch = await _launch(opened)
        while time.monotonic() < end:
            number = len(read_pairs(kept)) + 1
            seed = secrets.randbits(48)
            first = "champion" if secrets.randbits(1) else "candidate"
            pair = await measure_pair(opened, launch, launch, number=number, seed=seed, first=first)
            if isinstance(pair, Rejected):
                raise SystemExit(f"the honest engine was refused: {pair.reason}")
            keep(kept, pair)
            print(f"pair {number}: {pair.void or f'{pair.log_ratio:+.4f}'}", file=sys.stderr, flush=True)


async def _launch(ground: Ground) -> Launch:
    folder = ground.home.root / "cache" / "honest"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ground.scenario.starter, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ENGINE, folder / "engine.py")
    launch = await prepare_launch(ground, folder, tree=tree_digest(folder))
    if isinstance(launch, Rejected):
        raise SystemExit(f"the honest engine cannot be built: {launch.reason}")
    return launch


def _mute(_: str) -> None:
    """Progress of single steps is no result."""


if __name__ == "__main__":
    typer.run(main)
