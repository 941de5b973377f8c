"""Jump-forward: what the grammar forces is taken without the model, and computed along with the next choice."""

from forced import follow as follow
from sequence import Sequence


def propose(sequence: Sequence) -> list[int]:
    """Nothing: what is not forced is the model's choice."""
    return []
