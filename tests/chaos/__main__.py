"""Kills worker, server or both at every named boundary of a scripted search, and at random moments; writes what came of it as tables.

`python -m tests.chaos [MOMENT/VICTIM | random/SEED]...`; without a word all of them. Results that stand are kept for what is not named.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from tests.chaos.doom import MOMENTS, Moment, Victim
from tests.chaos.ordeal import VICTIMS, Life, endure, live, suffer
from tests.chaos.table import write_table

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "chaos"
SEEDS = range(1, 9)


async def main(asked: list[str]) -> None:
    """Each life in a home of its own; the first failure ends it."""
    every = [*(f"{moment}/{victim}" for moment in MOMENTS for victim in VICTIMS), *(f"random/{seed}" for seed in SEEDS)]
    with tempfile.TemporaryDirectory(prefix="chaos-") as scratch:
        plain = await _told("an undisturbed life", live(Path(scratch) / "plain"))
        for name in asked or every:
            root = Path(scratch) / name.replace("/", "-")
            _keep(name, await _told(name, _hurt(name, root, plain)))


def _keep(name: str, life: Life) -> None:
    """Beside the lives that others of these processes led."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = RESULTS / "lives.json"
    lives: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    lives[name] = [asdict(blow) for blow in life.blows]
    kept.write_text(json.dumps(lives, indent=0, sort_keys=True) + "\n")
    write_table(RESULTS / "boundaries.md", lives)


async def _hurt(name: str, root: Path, plain: Life) -> Life:
    kind, what = name.split("/")
    return await (endure(root, plain, int(what)) if kind == "random" else suffer(root, plain, cast("Moment", kind), cast("Victim", what)))


async def _told(name: str, life: Any) -> Life:
    """With a line before and one after."""
    print(f"{name} ...", end=" ", flush=True)
    began = time.monotonic()
    lived: Life = await life
    seconds = sorted(blow.seconds for blow in lived.blows if blow.seconds == blow.seconds)
    middle = f", {statistics.median(seconds):.1f} s to the next step, {seconds[-1]:.1f} s at most" if seconds else ""
    print(f"{len(lived.blows)} deaths in {time.monotonic() - began:.0f} s{middle}; the ledger is that of an undisturbed life", flush=True)
    return lived


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
