"""Subtle cheats before the correctness gate, many times: what the round that all are asked finds, and what all rounds find."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from activities.evaluation.answers import Answered, judge
from activities.evaluation.arm import measure_arm
from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.launching import prepare_launch, tree_digest
from activities.evaluation.questioning import question
from activities.evaluation.server import Launch, serving
from activities.home import Home
from search.value import Value
from search.verdict import Rejected

HOSTILE = Path(__file__).parents[2] / "tests" / "hostile"
OF_THE_SUITE = ("tires_under_load", "fewer_layers", "mixes_up_requests")
CHEATS = (*sorted((Path(__file__).parent / "cheats").glob("*.py")), *(HOSTILE / "candidates" / f"{name}.py" for name in OF_THE_SUITE))


class Trial(Value):
    """One cheat before the gate once, and under the timed load once."""

    first: bool
    """Found by the questions that every candidate is asked."""
    all_rounds: bool
    timed: bool
    """Found in the sample of one arm's timed answers."""
    answers: int
    tokens: int


async def measure(*, home: Home, model: str, seeds: int) -> Iterator[str]:
    """The table's lines."""
    opened = opened_ground(
        "chat", target_name="cpu", model=model, correctness="lossless", home=home, holder="benchmarks.verification", say=lambda _: None
    )
    with tempfile.TemporaryDirectory() as folder:
        async with opened as ground:
            trials = {
                cheat.stem: [await _trial(ground, await _launch(ground, cheat, Path(folder) / cheat.stem), seed) for seed in range(seeds)]
                for cheat in CHEATS
            }
    return _table(trials)


def _assemble(ground: Ground, cheat: Path, folder: Path) -> None:
    """The starter with a quick engine in numpy, and the cheat in place of `serve.py`."""
    shutil.copytree(ground.scenario.starter, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    shutil.copy(HOSTILE / "honest" / "engine.py", folder / "engine.py")
    (folder / "serve.py").rename(folder / "honest.py")
    shutil.copy(cheat, folder / "serve.py")


async def _launch(ground: Ground, cheat: Path, folder: Path) -> Launch:
    _assemble(ground, cheat, folder)
    launch = await prepare_launch(ground, folder, tree=tree_digest(folder))
    assert not isinstance(launch, Rejected)
    return launch


async def _trial(ground: Ground, launch: Launch, seed: int) -> Trial:
    async with ground.leased() as lease:
        async with serving(launch, runs=ground.home.runs, lease=lease) as server:
            answered = await question(server, ground, seed=seed)
        measured = await measure_arm(ground, launch, seed=seed, window_seconds=ground.scale.load.window_seconds, lease=lease)
    every = ground.scale.questions + 1
    return Trial(
        first=await _wrong(ground, answered[:every]),
        all_rounds=await _wrong(ground, answered),
        timed=measured.fault is not None,
        answers=len(answered),
        tokens=sum(len(one.exchange.token_ids) for one in answered),
    )


async def _wrong(ground: Ground, answered: list[Answered]) -> bool:
    return bool((await judge(ground, answered, ground.policy)).wrong)


def _table(trials: dict[str, list[Trial]]) -> Iterator[str]:
    yield f"{'cheat':<24}{'runs':>6}{'first round':>13}{'all rounds':>12}{'one timed arm':>15}{'answers':>9}{'tokens':>8}"
    for name, runs in trials.items():
        shares = [sum(found) / len(runs) for found in zip(*((run.first, run.all_rounds, run.timed) for run in runs), strict=True)]
        answers, tokens = (sum(figures) / len(runs) for figures in zip(*((run.answers, run.tokens) for run in runs), strict=True))
        yield f"{name:<24}{len(runs):>6}{shares[0]:>13.0%}{shares[1]:>12.0%}{shares[2]:>15.0%}{answers:>9.0f}{tokens:>8.0f}"
