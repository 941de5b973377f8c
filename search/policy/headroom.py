"""How much a profile leaves a recipe to gain: Amdahl's law, held loosely."""

import math

from search.profile import Profile, Share
from search.recipe import Recipe, Slot

LARGEST_SHARE = 0.98
SERIAL = 2.0
"""Below this mean batch an engine serves requests one after the other."""
DOUBT = 0.25
"""Part of a recipe's expected gain that no profile takes away: shares are rough, and one part's gain may come from another's."""


def bounded(log_gain: float, recipe: Recipe, profile: Profile | None) -> float:
    """The recipe's expected log-gain, no more than the profile leaves room for."""
    room = headroom(recipe, profile)
    return log_gain if room is None or log_gain <= 0 else min(log_gain, max(room, DOUBT * log_gain))


def headroom(recipe: Recipe, profile: Profile | None) -> float | None:
    """The largest plausible log-gain, log(1 / (1 - share)) of the shares that the recipe attacks; None when no profile bounds it.

    A recipe that batches is not bounded on a serial server: there every request waits for the others and streams all weights
    alone, which no share of the server's own time shows. On a batching one, the queue's share of a request's life counts as a share.
    """
    if profile is None or not recipe.attacks:
        return None
    share = sum(profile.shares.get(attacked, 0.0) for attacked in recipe.attacks)
    if recipe.slot is Slot.SCHEDULER or Share.WAITING in recipe.attacks:
        if profile.mean_batch < SERIAL:
            return None
        share = max(share, profile.queue_share)
    return -math.log(1 - min(share, LARGEST_SHARE))
