"""Whether the first valid pair of a duel is enough to stop it: the screen."""

import math

from search.measurement import Pair
from search.verdict import Rejected

STAGE = "screen"
HOPELESS_RATIO = 0.7


def screen(pair: Pair) -> Rejected | None:
    """A refusal when a valid pair shows less than 0.7 of the champion; such a stop costs power only, never a false promotion."""
    ratio = math.exp(pair.log_ratio)
    if ratio >= HOPELESS_RATIO:
        return None
    return Rejected(stage=STAGE, reason=f"hopeless: {ratio:.2f} of the champion's speed in the first pair")
