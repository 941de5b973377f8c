"""How far apart two honest fp32 computations of one model are, and the margin that follows for its greedy answers."""

from collections.abc import Mapping
from pathlib import Path

from activities.evaluation.verification import Reference
from models.checkpoint import Checkpoint
from search.value import Value


class Calibration(Value):
    """The margin of one checkpoint and where it comes from."""

    digest: str
    """Of the checkpoint."""
    margin: float
    """In logits."""
    noise: Mapping[str, float]
    """Largest logit difference to the plain forward pass, by kind of computation."""
    seed: int
    revision: int


async def calibrate(reference: Reference, checkpoint: Checkpoint, *, calibrations: Path) -> Calibration:
    """Reads the cached margin of this checkpoint, or measures and caches it."""
    raise NotImplementedError
