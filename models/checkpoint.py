"""The weights that a search serves: a synthetic preset, a folder, or a model of the hub, checked without loading them."""

from pathlib import Path

from search.value import Value


class Checkpoint(Value):
    """A Hugging Face folder that was found whole."""

    name: str
    """As a person typed it."""
    preset: str | None
    folder: Path
    digest: str
    """SHA-256 over names and contents of configuration, tokenizer and weights."""
    family: str
    parameters: int
    weight_bytes: int
    dtype: str
    """Of the weights as stored, in torch's words: float32, bfloat16, float16."""
    vocabulary: int
    context_tokens: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dimension: int
    feed_forward: int


class BrokenCheckpoint(ValueError):
    """A folder that cannot be served, with what is wrong in one line."""


class UnknownModel(ValueError):
    """Neither a preset nor a folder nor a hub name; the message lists the presets."""


def read_checkpoint(
    folder: Path, *, name: str, family: str = "llama", preset: str | None = None, digests: Path | None = None
) -> Checkpoint:
    """Validates a Hugging Face folder; raises `BrokenCheckpoint` with one clear line. `digests` caches digests of large files."""
    raise NotImplementedError


async def obtain_checkpoint(name: str, *, family: str, models: Path) -> Checkpoint:
    """Finds, makes or downloads the checkpoint that a person named; `models` is the folder that keeps them."""
    raise NotImplementedError
