"""One pair of a duel: champion and candidate back to back on the leased device, with the same requests."""

from collections.abc import Mapping
from typing import Literal

from activities.evaluation.arm import Measured, measure_arm, spoiled_arm
from activities.evaluation.gate import rejected
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch, ServerFailed
from search.measurement import Pair
from search.verdict import Rejected
from targets.lease import Lease

Side = Literal["champion", "candidate"]

FOREIGN_SHARE = 0.15
"""The most that others may use of the cores during a window."""


async def measure_pair(
    ground: Ground, champion: Launch, candidate: Launch, *, number: int, seed: int, first: Side, stage: str = "duel"
) -> Pair | Rejected:
    """A pair, void where the machine or the champion is at fault; a refusal where the candidate is."""
    return await measure_window(
        ground, champion, candidate, number=number, seed=seed, first=first, stage=stage, window_seconds=ground.scale.load.window_seconds
    )


async def measure_window(
    ground: Ground, champion: Launch, candidate: Launch, *, number: int, seed: int, first: Side, stage: str, window_seconds: float
) -> Pair | Rejected:
    """As `measure_pair`, with a window of any length."""
    launches: dict[Side, Launch] = {"champion": champion, "candidate": candidate}
    order: tuple[Side, Side] = ("champion", "candidate") if first == "champion" else ("candidate", "champion")
    device = ground.target.fingerprint()
    measured: dict[Side, Measured] = {}
    async with ground.leased() as lease:
        for side in order:
            ground.say(f"pair {number}: {side}")
            measured[side] = await _measure(ground, launches[side], seed=seed, window_seconds=window_seconds, lease=lease)
            if measured[side].fault:
                break
    accused = measured.get("candidate")
    if accused and accused.fault:
        return rejected(stage, accused.fault, accused.evidence)
    skipped = Measured(arm=spoiled_arm("not measured"))
    return Pair(
        number=number,
        seed=seed,
        first=first,
        champion=measured.get("champion", skipped).arm,
        candidate=measured.get("candidate", skipped).arm,
        device=device.device_class,
        void=void_reason(measured) or (None if device == ground.target.fingerprint() else "the device changed during the pair"),
    )


async def _measure(ground: Ground, launch: Launch, *, seed: int, window_seconds: float, lease: Lease) -> Measured:
    try:
        return await measure_arm(ground, launch, seed=seed, window_seconds=window_seconds, lease=lease)
    except ServerFailed as failed:
        return Measured(arm=spoiled_arm(f"the server {failed.reason}"), evidence=failed.log)


def void_reason(measured: Mapping[Side, Measured]) -> str | None:
    """Why a pair counts for nothing, where the candidate is not to blame."""
    champion = measured.get("champion")
    if champion and champion.fault:
        return f"the champion failed: {champion.fault}"
    for side, one in measured.items():
        if one.arm.foreign_load > FOREIGN_SHARE:
            return f"others used {one.arm.foreign_load:.0%} of the cores while the {side} was measured"
        if one.doubt:
            return f"{one.doubt} of the {side}"
    return None
