"""A Hugging Face folder: its configuration as one value, its weights mapped from disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

LONGEST_CONTEXT = 8192


@dataclass(frozen=True)
class Config:
    """The dimensions of a Llama."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary_size: int
    context_tokens: int
    norm_epsilon: float
    rope: dict[str, Any]
    tied: bool
    ends: frozenset[int]
    """Tokens at which the model ends its answer."""


def read_config(folder: Path) -> Config:
    """`config.json`, with the end tokens of `generation_config.json` where there is one."""
    raw = json.loads((folder / "config.json").read_text())
    if raw["model_type"] != "llama" or raw.get("attention_bias") or raw.get("mlp_bias"):
        raise ValueError(f"this engine serves Llama without biases, not {raw['model_type']}")
    return Config(
        layers=raw["num_hidden_layers"],
        hidden=raw["hidden_size"],
        heads=raw["num_attention_heads"],
        kv_heads=raw.get("num_key_value_heads") or raw["num_attention_heads"],
        head_dim=raw.get("head_dim") or raw["hidden_size"] // raw["num_attention_heads"],
        vocabulary_size=raw["vocab_size"],
        context_tokens=min(raw["max_position_embeddings"], LONGEST_CONTEXT),
        norm_epsilon=raw["rms_norm_eps"],
        rope=read_rope(raw),
        tied=raw.get("tie_word_embeddings", False),
        ends=read_ends(folder, raw),
    )


def read_rope(raw: dict[str, Any]) -> dict[str, Any]:
    """`rope_parameters`, or the two fields that older checkpoints have in its place."""
    scaling = raw.get("rope_parameters") or raw.get("rope_scaling") or {}
    return {"rope_type": "default", "rope_theta": raw.get("rope_theta", 10000.0), **scaling}


def read_ends(folder: Path, raw: dict[str, Any]) -> frozenset[int]:
    file = folder / "generation_config.json"
    generation = json.loads(file.read_text()) if file.exists() else {}
    ends = generation.get("eos_token_id", raw.get("eos_token_id"))
    return frozenset([ends] if isinstance(ends, int) else ends or [])


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All tensors by name, in fp32; those stored so are mapped and cost nothing until they are read."""
    from safetensors.torch import load_file

    return {name: tensor.float() for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}
