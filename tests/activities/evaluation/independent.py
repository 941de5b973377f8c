"""A Llama in thirty lines of numpy: an honest computation that shares no code with the reference, and ways to spoil it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


class Independent:
    """Computes each answer from the start, one position after the other."""

    def __init__(self, folder: Path, spoil: Callable[[Weights], Weights] = lambda weights: weights) -> None:
        self._config = json.loads((folder / "config.json").read_text())
        self._weights = spoil(load_file(folder / "model.safetensors"))

    def logits(self, ids: list[int]) -> Floats:
        """One row per position."""
        w, heads, size = self._weights, self._config["num_attention_heads"], self._config["head_dim"]
        x = w["model.embed_tokens.weight"][ids]
        for layer in range(self._config["num_hidden_layers"]):
            p = f"model.layers.{layer}."
            if f"{p}mlp.up_proj.weight" not in w:
                continue
            h = _norm(x, w[f"{p}input_layernorm.weight"])
            q, k, v = (_heads(h @ w[f"{p}self_attn.{name}_proj.weight"].T, size) for name in "qkv")
            q, k = self._rotate(q), self._rotate(k)
            k, v = (np.repeat(each, heads // each.shape[0], axis=0) for each in (k, v))
            scores = q @ k.transpose(0, 2, 1) / np.float32(np.sqrt(size))
            scores[:, np.triu(np.ones(scores.shape[1:], dtype=bool), 1)] = -np.inf
            shares = np.exp(scores - scores.max(-1, keepdims=True))
            mixed = (shares / shares.sum(-1, keepdims=True)) @ v
            x = x + mixed.transpose(1, 0, 2).reshape(len(ids), -1) @ w[f"{p}self_attn.o_proj.weight"].T
            h = _norm(x, w[f"{p}post_attention_layernorm.weight"])
            gate = h @ w[f"{p}mlp.gate_proj.weight"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ w[f"{p}mlp.up_proj.weight"].T)) @ w[f"{p}mlp.down_proj.weight"].T
        return _norm(x, w["model.norm.weight"]) @ w["lm_head.weight"].T

    def greedy(self, prompt: list[int], *, tokens: int) -> tuple[int, ...]:
        """The answer by always taking the best token."""
        ids = list(prompt)
        for _ in range(tokens):
            ids.append(int(self.logits(ids)[-1].argmax()))
        return tuple(ids[len(prompt) :])

    def sampled(self, prompt: list[int], *, tokens: int, temperature: float, seed: int) -> tuple[int, ...]:
        """An answer drawn from the distribution at a temperature."""
        ids, random = list(prompt), np.random.default_rng(seed)
        for _ in range(tokens):
            scaled = self.logits(ids)[-1].astype(np.float64) / temperature
            shares = np.exp(scaled - scaled.max())
            ids.append(int(random.choice(len(shares), p=shares / shares.sum())))
        return tuple(ids[len(prompt) :])

    def _rotate(self, x: Floats) -> Floats:
        half = x.shape[-1] // 2
        frequencies = self._config["rope_theta"] ** (-np.arange(half) / half)
        angles = np.arange(x.shape[1])[:, None] * frequencies
        cos, sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        one, two = x[..., :half], x[..., half:]
        return np.concatenate([one * cos - two * sin, two * cos + one * sin], axis=-1)


def in_int8(weights: Weights) -> Weights:
    """Each row of a matrix in 255 steps."""
    return {name: _quantised(weight) if weight.ndim == 2 and "embed" not in name else weight for name, weight in weights.items()}


def in_bfloat16(weights: Weights) -> Weights:
    """Eight bits of mantissa."""
    return {name: ((weight.view(np.uint32) + 0x8000) & 0xFFFF0000).view(np.float32) for name, weight in weights.items()}


def without_last_layer(weights: Weights) -> Weights:
    """The layer's tensors are gone."""
    return {name: weight for name, weight in weights.items() if ".layers.1." not in name}


def _quantised(weight: Floats) -> Floats:
    scale = np.abs(weight).max(axis=1, keepdims=True) / 127
    return (np.rint(weight / scale) * scale).astype(np.float32)


def _norm(x: Floats, weight: Floats) -> Floats:
    return (x / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(1e-5)) * weight).astype(np.float32)


def _heads(x: Floats, size: int) -> Floats:
    return x.reshape(len(x), -1, size).transpose(1, 0, 2)
