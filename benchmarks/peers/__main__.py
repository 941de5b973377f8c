"""`python -m benchmarks.peers SEARCH --home H`: the champion and transformers' static batch, by turns on one device.

Both serve the load for which the engines of other projects were measured on another machine: eight requests at a time of
128 + 64 tokens, generated tokens over wall time including prefill. The ratio carries over to those figures, the tokens per second
do not: machines differ.
"""

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

from activities.evaluation.figures import figures
from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.launching import prepare_launch
from activities.evaluation.loading import drive
from activities.evaluation.server import Launch, serving
from activities.evaluation.traces import LoadPlan
from activities.home import Home
from activities.ledger.ledger import Ledger
from scenarios.scenario import Lengths, Scale
from search.succession import reigning
from search.verdict import Rejected

ROUNDS = 3
SECONDS = 8.0
PROMPT = Lengths(median=128, sigma=0.0, minimum=128, maximum=128)
OUTPUT = Lengths(median=64, sigma=0.0, minimum=64, maximum=64)


def main() -> None:
    """Print each round and the median ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("search")
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(compare(arguments.search, Home(root=arguments.home.resolve())))


async def compare(search: str, home: Home) -> None:
    """Champion and static batch by turns."""
    ledger = Ledger.open(home.ledger)
    spec, best = ledger.read_spec(search), reigning(ledger.records(search), ledger.reviews(search))
    if best is None:
        raise SystemExit(f"{search} has no champion")
    tree = ledger.checkout(best.source.tree, home.trees / best.source.tree)
    async with opened_ground(
        spec.scenario, target_name=spec.target, model=spec.model, correctness=spec.correctness, home=home, holder="peers", say=_mute
    ) as ground:
        launch = await prepare_launch(ground, tree, tree=best.source.tree)
        if isinstance(launch, Rejected):
            raise SystemExit(launch.reason)
        ratios: list[float] = []
        for seed in range(ROUNDS):
            ours, theirs = await _champion(ground, launch, seed), await _static_batch(ground)
            ratios.append(ours / theirs)
            print(f"champion {ours:7.1f} tok/s   transformers, static batch {theirs:7.1f} tok/s   ratio {ratios[-1]:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (candidate {best.number} of {search})")


async def _champion(ground: Ground, launch: Launch, seed: int) -> float:
    scale: Scale = ground.scale.model_copy(update={"prompt_tokens": PROMPT, "output_tokens": OUTPUT})
    async with ground.leased() as lease, serving(launch, runs=ground.home.runs, lease=lease) as server:
        plan = LoadPlan(
            socket=server.socket, scenario=ground.scenario.name, scale=scale, seed=seed, window_seconds=SECONDS, own=(server.pid,)
        )
        loaded = await drive(plan, say=_mute)
    return figures(loaded.traces, loaded.window, scale.limits).tokens_per_second


async def _static_batch(ground: Ground) -> float:
    async with ground.leased():
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.peers.static_batch", "--model", str(ground.checkpoint.folder)),
            *("--threads", str(ground.target.threads()), "--seconds", str(SECONDS)),
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await child.communicate()
    return float(told)


def _mute(_: str) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    main()
