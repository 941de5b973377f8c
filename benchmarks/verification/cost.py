"""Arms of one candidate after the other under the scenario's load, and what the reference took to judge them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from activities.evaluation.arm import Measured, measure_arm
from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.launching import prepare_launch, tree_digest
from activities.home import Home
from search.value import Value
from search.verdict import Rejected


class Row(Value):
    """One arm."""

    candidate: str
    measured: Measured


async def measure(candidates: Sequence[Path], *, home: Home, model: str, arms: int) -> list[Row]:
    """As many arms of each candidate, by turns; the first of each also warms the machine."""
    opened = opened_ground(
        "chat", target_name="cpu", model=model, correctness="lossless", home=home, holder="benchmarks.verification", say=lambda _: None
    )
    rows: list[Row] = []
    async with opened as ground:
        for seed in range(arms):
            rows.extend([Row(candidate=folder.name, measured=await _arm(ground, folder, seed)) for folder in candidates])
    return rows


async def _arm(ground: Ground, folder: Path, seed: int) -> Measured:
    launch = await prepare_launch(ground, folder, tree=tree_digest(folder))
    if isinstance(launch, Rejected):
        raise SystemExit(f"{folder}: {launch.reason}")
    async with ground.leased() as lease:
        return await measure_arm(ground, launch, seed=seed, window_seconds=ground.scale.load.window_seconds, lease=lease)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """A line per arm, and the medians by candidate."""
    yield f"{'candidate':<16}{'tokens/s':>10}{'of limit':>10}{'leap':>7}{'foreign':>9}{'window':>9}{'drain':>9}{'verify':>9}{'share':>7}"
    for row in rows:
        arm = row.measured.arm
        yield (
            f"{row.candidate:<16}{arm.tokens_per_second:>10.1f}{arm.limit_share or 0:>10.1%}{row.measured.leap:>7.2f}"
            f"{arm.foreign_load:>9.0%}{arm.window_seconds:>7.2f} s{arm.drain_seconds:>7.2f} s{arm.verify_seconds:>7.2f} s"
            f"{arm.verify_seconds / max(arm.window_seconds, 1e-9):>7.0%}  {row.measured.fault or row.measured.doubt or ''}"
        )
    for name in dict.fromkeys(row.candidate for row in rows):
        arms = [row.measured.arm for row in rows if row.candidate == name]
        share = median(arm.verify_seconds / max(arm.window_seconds, 1e-9) for arm in arms)
        yield f"{name}: verification takes {share:.2f} of the measured window (median of {len(arms)} arms)"
