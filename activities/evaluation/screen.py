"""The gate `screen`: one pair with a short window stops the hopeless; it never promotes."""

import math
from random import Random

from activities.evaluation.gate import rejected
from activities.evaluation.ground import Ground
from activities.evaluation.pair import measure_window
from activities.evaluation.server import Launch
from search.measurement import Pair
from search.verdict import Rejected

STAGE = "screen"
HOPELESS_RATIO = 0.7


async def screen_candidate(ground: Ground, champion: Launch, candidate: Launch, *, seed: int) -> Pair | Rejected:
    """A refusal when the candidate failed, or reached less than 0.7 of the champion; a void pair refuses nobody."""
    first = Random(f"screen {seed}").choice(("champion", "candidate"))
    pair = await measure_window(
        ground,
        champion,
        candidate,
        number=0,
        seed=seed,
        first="champion" if first == "champion" else "candidate",
        stage=STAGE,
        window_seconds=ground.scale.screen_window_seconds,
    )
    if isinstance(pair, Rejected) or pair.void is not None:
        return pair
    ratio = math.exp(pair.log_ratio)
    if ratio >= HOPELESS_RATIO:
        return pair
    return rejected(STAGE, f"hopeless: {ratio:.2f} of the champion's {ground.scenario.metric}", pair.model_dump_json(indent=1))
