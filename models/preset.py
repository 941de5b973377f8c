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

_HYBRID_PATTERN = ("linear_attention", "linear_attention", "linear_attention", "full_attention")


def _recurrence(*, layers: int, heads: int, key_dimension: int) -> Mapping[str, JsonValue]:
    """Fields of an OlmoHybrid: three layers of the gated delta rule for each of attention, and no rotary embedding, as published."""
    return {
        "layer_types": list(_HYBRID_PATTERN * (layers // len(_HYBRID_PATTERN))),
        "linear_num_key_heads": heads,
        "linear_num_value_heads": heads,
        "linear_key_head_dim": key_dimension,
        "linear_value_head_dim": 2 * key_dimension,
        "linear_conv_kernel_dim": 4,
        "linear_allow_neg_eigval": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": None},
    }


_HYBRID_TINY = Preset(
    name="tiny",
    family="olmo_hybrid",
    purpose="tests: a gate takes seconds",
    hidden=64,
    layers=4,
    heads=4,
    kv_heads=4,
    head_dimension=16,
    feed_forward=192,
    vocabulary=1024,
    context_tokens=1024,
    settings=_recurrence(layers=4, heads=4, key_dimension=12),
)
_HYBRID_SMALL = Preset(
    name="small",
    family="olmo_hybrid",
    purpose="a search on a CPU; bfloat16, as most published checkpoints are",
    hidden=384,
    layers=8,
    heads=6,
    kv_heads=6,
    head_dimension=64,
    feed_forward=1152,
    vocabulary=4096,
    context_tokens=4096,
    dtype="bfloat16",
    settings=_recurrence(layers=8, heads=6, key_dimension=48),
)
_HYBRID_FULL = Preset(
    name="full",
    family="olmo_hybrid",
    purpose="the shape of Olmo-Hybrid-7B, for an accelerator",
    hidden=3840,
    layers=32,
    heads=30,
    kv_heads=30,
    head_dimension=128,
    feed_forward=11008,
    vocabulary=100352,
    context_tokens=65536,
    dtype="bfloat16",
    settings=_recurrence(layers=32, heads=30, key_dimension=96),
)


def _ears(*, hidden: int, layers: int, heads: int) -> Mapping[str, JsonValue]:
    """Fields of a MoonshineStreaming: an encoder that looks 16 frames back, and in its first and last layers 3 ahead."""
    windows: list[JsonValue] = [[16, 0 if 2 <= layer < layers - 2 else 4] for layer in range(layers)]
    return {
        "encoder_config": {
            "model_type": "moonshine_streaming_encoder",
            "hidden_size": hidden,
            "intermediate_size": 4 * hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": heads,
            "sliding_windows": windows,
            "sample_rate": 16000,
            "frame_ms": 5.0,
        },
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.8},
        "decoder_start_token_id": 0,
        "is_encoder_decoder": True,
    }


_MOONSHINE_TINY = Preset(
    name="tiny",
    family="moonshine",
    purpose="tests: a gate takes seconds",
    hidden=64,
    layers=2,
    heads=4,
    kv_heads=4,
    head_dimension=16,
    feed_forward=192,
    vocabulary=1024,
    context_tokens=2048,
    settings=_ears(hidden=64, layers=4, heads=4),
)
_MOONSHINE_SMALL = Preset(
    name="small",
    family="moonshine",
    purpose="a search on a CPU; the shape of moonshine-streaming-tiny",
    hidden=320,
    layers=6,
    heads=8,
    kv_heads=8,
    head_dimension=40,
    feed_forward=1280,
    vocabulary=8192,
    context_tokens=4096,
    settings=_ears(hidden=320, layers=6, heads=8),
)
_MOONSHINE_FULL = Preset(
    name="full",
    family="moonshine",
    purpose="a shape near moonshine-streaming-medium, for an accelerator",
    hidden=768,
    layers=14,
    heads=12,
    kv_heads=12,
    head_dimension=64,
    feed_forward=3072,
    vocabulary=32768,
    context_tokens=4096,
    settings=_ears(hidden=768, layers=14, heads=12),
)

PRESETS: Mapping[str, Mapping[str, Preset]] = {
    "llama": {preset.name: preset for preset in (_TINY, _SMALL, _FULL)},
    "qwen3": {preset.name: preset for preset in (_TINY.model_copy(update=_QWEN3), _SMALL.model_copy(update=_QWEN3), _QWEN3_FULL)},
    "moonshine": {preset.name: preset for preset in (_MOONSHINE_TINY, _MOONSHINE_SMALL, _MOONSHINE_FULL)},
    "olmo_hybrid": {preset.name: preset for preset in (_HYBRID_TINY, _HYBRID_SMALL, _HYBRID_FULL)},
}
