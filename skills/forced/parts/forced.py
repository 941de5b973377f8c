"""What a schema forces: tokens that come next whatever the model says."""

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
