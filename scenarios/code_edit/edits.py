"""A prediction that is mostly right: an answer with edits at random places, from a seed."""

from collections.abc import Sequence
from random import Random

SAFE_IDS = (300, 1000)
"""Ids of whole words in every synthetic vocabulary."""


def edited(answer: Sequence[int], *, share: float, random: Random) -> tuple[int, ...]:
    """The answer as it may have been before the edit: at `share` of its places, one at least, a token replaced, left out or put in."""
    places = set(random.sample(range(len(answer)), max(round(share * len(answer)), 1))) if answer else set[int]()
    before: list[int] = []
    for place, token in enumerate(answer):
        other = random.randrange(*SAFE_IDS)
        before += random.choice(((other,), (), (other, token))) if place in places else (token,)
    return tuple(before)
