"""Synthetic models by family and name: shapes that are filled with weights from a seed."""

import hashlib
from collections.abc import Mapping
from math import prod
from typing import Literal

from pydantic import JsonValue

from models.architecture import Architecture, weight_shapes


class Preset(Architecture):
    """A model that is made from its shape and a seed."""

    name: str
    family: str
    purpose: str
    rope_theta: float = 10000.0
    dtype: Literal["float32", "bfloat16"] = "float32"
    seed: int = 20260605
    settings: Mapping[str, JsonValue] = {}
    """Further fields of `config.json`, where the family has any."""
    revision: int = 1
    """Raised when the maker changes what it writes, so that old folders are made again."""

    @property
    def parameters(self) -> int:
        """Numbers in all weights, as far as the family's shapes are known here."""
        return sum(prod(shape) for shape in weight_shapes(self).values())

    @property
    def folder_name(self) -> str:
        """Where it is kept under the models folder; another shape or seed is another folder."""
        plain = {name for name in ("settings", "normed_heads") if not getattr(self, name)}
        key = hashlib.sha256(self.model_dump_json(exclude={"purpose", *plain}).encode()).hexdigest()
        return f"{self.family}-{self.name}-{key[:8]}"


_TINY = Preset(
    name="tiny",
    family="llama",
    purpose="tests: a gate takes seconds",
    hidden=64,
    layers=2,
    heads=4,
    kv_heads=2,
    head_dimension=16,
    feed_forward=192,
    vocabulary=1024,
    context_tokens=512,
)
_SMALL = Preset(
    name="small",
    family="llama",
    purpose="a search on a CPU; bfloat16, as most published checkpoints are",
    hidden=768,
    layers=12,
    heads=12,
    kv_heads=4,
    head_dimension=64,
    feed_forward=2304,
    vocabulary=8192,
    context_tokens=2048,
    dtype="bfloat16",
)
_FULL = Preset(
    name="full",
    family="llama",
    purpose="the shape of Llama-3.1-8B, for an accelerator",
    hidden=4096,
    layers=32,
    heads=32,
    kv_heads=8,
    head_dimension=128,
    feed_forward=14336,
    vocabulary=128256,
    context_tokens=8192,
    rope_theta=500000.0,
    dtype="bfloat16",
)

_QWEN3 = {"family": "qwen3", "normed_heads": True}
_QWEN3_FULL = Preset(
    name="full",
    family="qwen3",
    purpose="the shape of Qwen3-32B, for an accelerator",
    hidden=5120,
    layers=64,
    heads=64,
    kv_heads=8,
    head_dimension=128,
    feed_forward=25600,
    vocabulary=151936,
    context_tokens=40960,
    rope_theta=1000000.0,
    dtype="bfloat16",
    normed_heads=True,
)

PRESETS: Mapping[str, Mapping[str, Preset]] = {
    "llama": {preset.name: preset for preset in (_TINY, _SMALL, _FULL)},
    "qwen3": {preset.name: preset for preset in (_TINY.model_copy(update=_QWEN3), _SMALL.model_copy(update=_QWEN3), _QWEN3_FULL)},
}
