"""The encoder frame by frame: each layer keeps the frames that its window still needs, and computes anew only what later audio can change.

A layer that looks r frames ahead settles r frames later than the one below. What is settled never changes; the frames behind it are
computed for the transcript of now and thrown away.
"""

from typing import Any

import torch
from layers import Weights, attended, normed
from torch import Tensor
from torch.nn.functional import gelu, linear, silu

TAPS = 5
STRIDE = 2
CENTRE_EPSILON = 1e-6


class Encoder:
    """The weights; what a stream remembers is an `Encoding`."""

    def __init__(self, raw: dict[str, Any], weights: Weights) -> None:
        config = raw["encoder_config"]
        place = "model.encoder.embedder"
        self.frame = round(config["sample_rate"] * config["frame_ms"] / 1000)
        self.squeeze = weights[f"{place}.comp.log_k"].exp()
        self.inward = weights[f"{place}.linear.weight"]
        self.convolutions = [Convolution(f"{place}.conv{number}", weights) for number in (1, 2)]
        windows = config["sliding_windows"]
        self.layers = [Layer(config, f"model.encoder.layers.{number}", weights, window) for number, window in enumerate(windows)]
        self.norm = weights["model.encoder.final_norm.gamma"] + 1

    def open(self) -> "Encoding":
        """A new stream."""
        return Encoding(self)


class Convolution:
    """Causal, of five taps and stride two."""

    def __init__(self, place: str, weights: Weights) -> None:
        self.weight, self.bias = weights[f"{place}.weight"], weights[f"{place}.bias"]

    def __call__(self, rows: Tensor) -> Tensor:
        """Rows (frames, channels) with what goes before them; one row out for each whole window."""
        return torch.nn.functional.conv1d(rows.T[None], self.weight, self.bias, stride=STRIDE)[0].T


class Layer:
    """One encoder layer over a stretch of frames."""

    def __init__(self, config: dict[str, Any], place: str, weights: Weights, window: list[int]) -> None:
        self.left, right = window
        self.ahead = max(right - 1, 0)
        self.head_dim = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
        self.before = weights[f"{place}.input_layernorm.gamma"] + 1
        self.qkv = torch.cat([weights[f"{place}.self_attn.{name}_proj.weight"] for name in "qkv"])
        self.output = weights[f"{place}.self_attn.o_proj.weight"]
        self.before_feed = weights[f"{place}.post_attention_layernorm.gamma"] + 1
        self.up, self.up_bias = weights[f"{place}.mlp.fc1.weight"], weights[f"{place}.mlp.fc1.bias"]
        self.down, self.down_bias = weights[f"{place}.mlp.fc2.weight"], weights[f"{place}.mlp.fc2.bias"]

    def __call__(self, rows: Tensor, first: int) -> Tensor:
        """What comes of the rows from `first` on; those before it are only looked at."""
        heads = linear(normed(rows, self.before), self.qkv).view(len(rows), 3, -1, self.head_dim)
        distance = torch.arange(first, len(rows))[:, None] - torch.arange(len(rows))
        hidden = (distance >= self.left) | (distance < -self.ahead)
        mask = torch.zeros(hidden.shape).masked_fill_(hidden, -torch.inf)
        seen = attended(heads[first:, 0], heads[:, 1], heads[:, 2], mask)
        rows = rows[first:] + linear(seen, self.output)
        return rows + linear(gelu(linear(normed(rows, self.before_feed), self.up, self.up_bias)), self.down, self.down_bias)


class Stage:
    """What one layer of one stream keeps: settled rows that it still looks at, and how many of its own are settled."""

    def __init__(self, width: int) -> None:
        self.kept = torch.zeros(0, width)
        self.kept_from = 0
        self.settled = 0
        """Rows of the layer below that will not change."""
        self.told = 0
        """Rows of its own that will not change."""


class Encoding:
    """One stream: audio in, frames out, of which the first `settled` will not change."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        width = len(encoder.inward)
        self.tails = [torch.zeros(TAPS - 1, conv.weight.shape[1]) for conv in encoder.convolutions]
        self.stages = [Stage(width) for _ in encoder.layers]

    def hear(self, audio: Tensor) -> tuple[Tensor, int, int]:
        """New frames from `start` on, of which those before `settled` will not change: (rows, start, settled)."""
        encoder = self.encoder
        frames = audio.view(-1, encoder.frame)
        centred = frames - frames.mean(-1, keepdim=True)
        scaled = centred / (centred.square().mean(-1, keepdim=True) + CENTRE_EPSILON).sqrt()
        rows = silu(linear(torch.asinh(encoder.squeeze * scaled), encoder.inward))
        rows = silu(self.convolved(0, rows))
        rows = self.convolved(1, rows)
        start = self.stages[0].settled
        settled = start + len(rows)
        for layer, stage in zip(encoder.layers, self.stages, strict=True):
            rows, start, settled = self.passed(layer, stage, rows, settled)
        return normed(rows, encoder.norm), start, settled

    def convolved(self, number: int, rows: Tensor) -> Tensor:
        """All windows that are whole now; what the next one begins with is kept."""
        rows = torch.cat([self.tails[number], rows])
        count = max((len(rows) - TAPS) // STRIDE + 1, 0)
        self.tails[number] = rows[count * STRIDE :]
        return self.encoder.convolutions[number](rows) if count else rows.new_zeros(0, len(self.encoder.convolutions[number].bias))

    def passed(self, layer: Layer, stage: Stage, rows: Tensor, settled: int) -> tuple[Tensor, int, int]:
        """Rows that the layer tells anew, from which one on, and how many are settled; `rows` come behind those that were settled."""
        whole = torch.cat([stage.kept, rows])
        first = stage.told - stage.kept_from
        told = layer(whole, first) if first < len(whole) else rows.new_zeros(0, rows.shape[1])
        start = stage.told
        stage.settled = settled
        stage.told = max(settled - layer.ahead, stage.told)
        keep_from = max(stage.told - layer.left + 1, stage.kept_from)
        stage.kept = whole[keep_from - stage.kept_from : settled - stage.kept_from]
        stage.kept_from = keep_from
        return told, start, stage.told
