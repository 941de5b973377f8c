"""The checkpoint of a MoonshineStreaming as numbers, and the small functions that encoder and decoder share."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import layer_norm

Weights = dict[str, Tensor]


def read_config(folder: Path) -> dict[str, Any]:
    """`config.json`; refused where it is another kind of model."""
    raw = json.loads((folder / "config.json").read_text())
    if raw["model_type"] != "moonshine_streaming":
        raise ValueError(f"this engine serves MoonshineStreaming, not {raw['model_type']}")
    return raw


def read_ends(folder: Path, raw: dict[str, Any]) -> frozenset[int]:
    """Tokens at which the model closes a transcript."""
    file = folder / "generation_config.json"
    generation = json.loads(file.read_text()) if file.exists() else {}
    ends = generation.get("eos_token_id", raw.get("eos_token_id"))
    return frozenset([ends] if isinstance(ends, int) else ends or [])


def read_weights(folder: Path) -> Weights:
    """All tensors by name, in fp32."""
    return {name: tensor.float() for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}


def normed(rows: Tensor, weight: Tensor) -> Tensor:
    """Layer normalisation without bias."""
    return layer_norm(rows, weight.shape, weight)


def attended(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    """(rows, heads, head_dim) over (length, heads, head_dim); mask (rows, length) is added to the scores."""
    scores = query.transpose(0, 1) @ keys.permute(1, 2, 0) * query.shape[-1] ** -0.5
    if mask is not None:
        scores = scores + mask
    return (torch.softmax(scores, -1) @ values.transpose(0, 1)).transpose(0, 1).flatten(1)
