"""Jump-forward: what the grammar forces is taken without the model, and computed along with the next choice."""

from sequence import Sequence


def follow(sequence: Sequence) -> list[int]:
    """Forced text, or the only token that is allowed, such as the end."""
    guide = sequence.guide
    if guide is None:
        return []
    forced = guide.forced()
    if forced:
        return list(forced)
    allowed = guide.allowed()
    return [int(allowed.argmax())] if allowed.sum() == 1 else []


def propose(sequence: Sequence) -> list[int]:
    """Nothing: what is not forced is the model's choice."""
    return []
