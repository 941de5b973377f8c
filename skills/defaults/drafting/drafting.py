"""Every token is chosen by the model, one per step."""

from sequence import Sequence


def follow(sequence: Sequence) -> list[int]:
    """Tokens that must come next, whatever the model says."""
    return []


def propose(sequence: Sequence) -> list[int]:
    """Tokens that may come next."""
    return []
