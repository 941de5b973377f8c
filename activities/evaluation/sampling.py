"""Which timed answers are judged, and what a policy may demand of a few: a share seen in a sample scatters around the share in all."""

import math
from collections.abc import Sequence
from random import SystemRandom
from typing import TypeVar

from activities.evaluation.verification import Bounded, Lossless, Policy

_DEVIATIONS = 3.0

Item = TypeVar("Item")


def drawn(items: Sequence[Item], weights: Sequence[int], *, most: int) -> list[Item]:
    """A sample without replacement that nobody can foretell, likelier by weight: what earns more of a score is judged oftener.

    Exponential clocks that tick as fast as the weights are large (Efraimidis and Spirakis 2006, Information Processing Letters 97).
    """
    chance = SystemRandom()
    clocks = [chance.expovariate(1.0) / weight for weight in weights]
    return [items[place] for place in sorted(range(len(items)), key=clocks.__getitem__)[:most]]


def for_sample(policy: Policy, tokens: int) -> Policy:
    """A bounded policy grants a sample of `tokens` tokens three standard deviations of its top-1 agreement; the gate on all hidden
    questions grants none. A lossless policy holds for every token."""
    if isinstance(policy, Lossless):
        return policy
    share = policy.tolerance.top1_agreement
    allowed = share - _DEVIATIONS * math.sqrt(share * (1 - share) / max(tokens, 1))
    return policy.model_copy(update={"tolerance": policy.tolerance.model_copy(update={"top1_agreement": max(allowed, 0.0)})})


def for_few(policy: Policy) -> Lossless:
    """A handful of answers says nothing of shares; no token may be worse than the worst that is allowed."""
    match policy:
        case Lossless():
            return policy
        case Bounded(tolerance=tolerance):
            return Lossless(margin=tolerance.worst_gap)
