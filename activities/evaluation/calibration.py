"""How far apart two honest computations of one model in one precision are, and the margin that follows for its greedy answers.

The reference computes the logits of the same tokens in several honest ways: in one pass, token by token over a KV cache, batched
with padding, on one thread, and in double precision where the model is small. An engine sums in yet another order, so the
margin is ten times the largest difference found: two logits may each be off, in opposite directions, and five times as far as
seen. It stays far below what lower precision does: int8 weights move logits some hundred times as far.
"""

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from random import Random

from pydantic import ValidationError

from activities.evaluation.referee import Reference
from models.checkpoint import Checkpoint
from search.value import Value

SEED = 20260605
REVISION = 2
"""Raised when the method changes, so that old margins are measured again."""
PROMPTS = 2
PROMPT_TOKENS = 48
OUTPUT_TOKENS = 16
SAFETY = 10.0
PRECISION = "float32"
"""What the reference computes in."""
PLACES = 2
"""The margin is rounded up to so many digits, so that a repeated measurement gives the same."""


class Calibration(Value):
    """The margin of one checkpoint in one precision, and where it comes from."""

    digest: str
    """Of the checkpoint."""
    precision: str
    """What the reference computes in; the checkpoint's own may be lower."""
    margin: float
    """In logits."""
    noise: Mapping[str, float]
    """Largest logit difference to the plain forward pass, by kind of computation."""
    seed: int
    revision: int

    @property
    def identity(self) -> str:
        """SHA-256, in hexadecimal, over all that a verdict depends on: another identity judges otherwise."""
        told = f"{self.digest} {self.precision} {self.margin!r} {self.seed} {self.revision}"
        return hashlib.sha256(told.encode()).hexdigest()


async def calibrate(reference: Reference, checkpoint: Checkpoint, *, calibrations: Path) -> Calibration:
    """Reads the cached margin of this checkpoint, or measures and caches it."""
    path = calibrations / f"{checkpoint.digest}-{PRECISION}.json"
    known = _read(path)
    if known and (known.seed, known.revision) == (SEED, REVISION):
        return known
    random = Random(SEED)
    lengths = [PROMPT_TOKENS + 9 * index for index in range(PROMPTS)]
    prompts = [[int(random.random() * checkpoint.vocabulary) for _ in range(length)] for length in lengths]
    noise = await reference.noise(prompts, tokens=OUTPUT_TOKENS)
    margin = rounded_up(SAFETY * max(noise.values()))
    made = Calibration(digest=checkpoint.digest, precision=PRECISION, margin=margin, noise=noise, seed=SEED, revision=REVISION)
    _write(path, made)
    return made


def rounded_up(value: float) -> float:
    """To two significant digits; 0 stays 0."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - PLACES + 1)
    return float(f"{math.ceil(value / unit) * unit:.{PLACES}g}")


def _read(path: Path) -> Calibration | None:
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _write(path: Path, calibration: Calibration) -> None:
    """A reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(calibration.model_dump_json(indent=2) + "\n")
    fresh.replace(path)
