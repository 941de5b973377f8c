"""What a policy may demand of a few answers: a share seen in a sample scatters around the share in all."""

import math

from activities.evaluation.verification import Bounded, Lossless, Policy

_DEVIATIONS = 3.0


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
