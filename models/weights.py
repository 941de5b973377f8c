"""Weights of a synthetic decoder from a seed: random, yet with the marks of a trained model that serving depends on.

Each matrix is scaled by one over the root of its inputs, so that activations keep their size. Attention scores have a spread of
`_SCORE_SPREAD`, so that each head looks at few positions and an answer depends on all of its context. Each layer adds a like share to the
residual stream, so that leaving one out changes the answers. In the last layers each neuron of the feed-forward also writes the direction
of one token; their products have heavy tails, and so have the logits: greedy decoding has clear margins and does not fall into loops. Every
tensor has a generator of its own (PCG64 with numpy's ziggurat), so the bytes are equal on every machine with the pinned numpy.
"""

from collections.abc import Iterator, Mapping
from math import sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.architecture import weight_shapes
from models.preset import Preset
from models.tokenizer import EOS_ID

_SCORE_SPREAD = 1.5
_ATTENTION_SHARE = 0.3 * 1.6
"""What attention adds to a residual stream of size one; averaging over positions shrinks values by about 1.6."""
_FEED_FORWARD_SHARE = 0.15 / 0.6
"""What the feed-forward adds; 0.6 is the size of silu(a) * b for normal a and b."""
_ALIGNED_LAYERS = 4
_ALIGNMENT = 8.0
"""Strength of a neuron's own token against its random part."""
_NORM_SPREAD = 0.1
_LOGIT_SPREAD = 4.0
_SILENCE = 0.01
_EOS_SCALE = 1.6
"""The end of an answer comes about every hundred and fifty tokens."""

_MATRICES = (
    "embed_tokens",
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "g_proj",
    "a_proj",
    "b_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
    "fc1",
    "fc2",
)
_HEADS = ("lm_head.weight", "proj_out.weight")

Floats = NDArray[np.float32]


def weights(preset: Preset, *, silent: frozenset[int], others: Mapping[str, Floats] | None = None) -> Iterator[Floats]:
    """The tensors in the order of `weight_shapes`, or of `others`: all tensors of a family whose shapes are not known here, as its own
    class fills them, of which those that have a known name are filled anew. Tokens in `silent` have a logit near zero and are never
    chosen greedily."""
    others = others or {}
    shapes = {name: tensor.shape for name, tensor in others.items()} or weight_shapes(preset)
    head = next(name for name in _HEADS if name in shapes)
    directions = _normal(preset, head, shapes[head])
    speakers = np.array([index for index in range(preset.vocabulary) if index not in silent and index != EOS_ID])
    order = _generator(preset, "order").permutation(speakers)
    for name, shape in shapes.items():
        part = name.split(".")[-2] if name.endswith(".weight") else ""
        if name == head:
            yield _head(directions, silent)
        elif part == "down_proj" or (part == "fc2" and ".decoder." in name):
            yield _down(preset, name, shape, directions, order)
        elif part in _MATRICES or part.endswith("norm"):
            yield _matrix(preset, name, part, shape)
        else:
            yield others[name]


def _matrix(preset: Preset, name: str, part: str, shape: tuple[int, ...]) -> Floats:
    values = _normal(preset, name, shape)
    match part:
        case "embed_tokens":
            return values
        case "q_proj" | "k_proj":
            return values * np.float32(sqrt(_SCORE_SPREAD / shape[1]))
        case "q_norm" | "k_norm":
            return np.float32(sqrt(_SCORE_SPREAD)) * (np.float32(1) + np.float32(_NORM_SPREAD) * values)
        case "o_proj":
            return values * np.float32(_ATTENTION_SHARE / sqrt(shape[1]))
        case "fc2":
            return values * np.float32(_FEED_FORWARD_SHARE / sqrt(shape[1]))
        case "v_proj" | "g_proj" | "a_proj" | "b_proj" | "gate_proj" | "up_proj" | "fc1":
            return values * np.float32(1 / sqrt(shape[1]))
        case _:
            return np.float32(1) + np.float32(_NORM_SPREAD) * values


def _down(preset: Preset, name: str, shape: tuple[int, ...], directions: Floats, order: NDArray[np.int64]) -> Floats:
    values = _normal(preset, name, shape)
    rank = next(int(part) for part in name.split(".") if part.isdigit()) - max(0, preset.layers - _ALIGNED_LAYERS)
    if rank >= 0:
        own = order[(np.arange(shape[1]) + rank * shape[1]) % len(order)]
        values += np.float32(_ALIGNMENT) * directions[own].T
    return values * np.float32(_FEED_FORWARD_SHARE / sqrt(shape[1]))


def _head(directions: Floats, silent: frozenset[int]) -> Floats:
    head = directions * np.float32(_LOGIT_SPREAD / sqrt(directions.shape[1]))
    head[EOS_ID] *= np.float32(_EOS_SCALE)
    head[sorted(silent)] *= np.float32(_SILENCE)
    return head


def _normal(preset: Preset, name: str, shape: tuple[int, ...]) -> Floats:
    return _generator(preset, name).standard_normal(shape, dtype=np.float32)


def _generator(preset: Preset, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([preset.seed, crc32(name.encode())]))
