"""One pair of a duel: champion and candidate back to back on the leased device, with the same requests."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from activities.evaluation.arm import Measured, measure_arm, spoiled_arm
from activities.evaluation.digest import evaluator_digest
from activities.evaluation.gate import rejected
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch, ServerFailed
from scenarios.canary import in_words
from search.measurement import Load, Pair
from search.verdict import Rejected
from targets.lease import Lease

Side = Literal["champion", "candidate"]

FOREIGN_SHARE = 0.15
"""The most that others may use of the cores during a window."""


async def measure_pair(
    ground: Ground, champion: Launch, candidate: Launch, *, number: int, seed: int, first: Side, load: Load = "announced"
) -> Pair | Rejected:
    """A pair, void where the machine or the champion is at fault; a refusal where the candidate is. A canary pair is measured under
    a load beside the announced one, which follows from the seed."""
    ground = replace(ground, scale=ground.scenario.canary(seed, ground.scale)) if load == "canary" else ground
    launches: dict[Side, Launch] = {"champion": champion, "candidate": candidate}
    order: tuple[Side, Side] = ("champion", "candidate") if first == "champion" else ("candidate", "champion")
    device, evaluator = ground.target.fingerprint(), evaluator_digest(ground.scenario)
    measured: dict[Side, Measured] = {}
    async with ground.leased() as lease:
        for side in order:
            ground.say(f"pair {number}: {side}")
            measured[side] = await _measure(ground, launches[side], seed=seed, lease=lease)
            if measured[side].fault:
                break
    changed = "the evaluator's files changed during the pair" if evaluator != evaluator_digest(ground.scenario) else None
    accused = measured.get("candidate")
    if accused and accused.fault and not changed:
        return rejected("canary" if load == "canary" else "duel", accused.fault, accused.evidence)
    skipped = Measured(arm=spoiled_arm("not measured"))
    return Pair(
        number=number,
        seed=seed,
        first=first,
        champion=measured.get("champion", skipped).arm,
        candidate=measured.get("candidate", skipped).arm,
        device=device.device_class,
        load=load,
        load_words=in_words(ground.scale) if load == "canary" else "",
        metric=ground.scenario.metric,
        objectives=ground.scale.objectives,
        void=changed or void_reason(measured) or (None if device == ground.target.fingerprint() else "the device changed during the pair"),
    )


async def _measure(ground: Ground, launch: Launch, *, seed: int, lease: Lease) -> Measured:
    try:
        return await measure_arm(ground, launch, seed=seed, window_seconds=ground.scale.load.window_seconds, lease=lease)
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
