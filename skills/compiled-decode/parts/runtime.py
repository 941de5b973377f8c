"""What lies between two attentions as two compiled graphs, shared by all layers and all numbers of rows, made while the server starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch import Batch
    from cache import Attention, Cache
    from model import Layer, Model
    from torch import Tensor

WARM_ROWS = (2, 3)
"""Two sizes make the number of rows a variable of the graph; one row would be a graph of its own, so it stays eager."""


def place(threads: int) -> None:
    """Tell OpenMP how many threads to use, and the compiler where it may write."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(os.environ.get("SCRATCH_DIR", "/tmp"), "inductor")  # noqa: PTH118
    os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # a pool of compilers is more work to start than two graphs


class Runner:
    """The model's pass with compiled parts; the weights are their arguments, so that one graph serves all layers."""

    def __init__(self, model: Model, cache: Cache) -> None:
        import torch
        from torch.nn.functional import linear, rms_norm, silu

        epsilon, head_dim, turned = model.norm.epsilon, model.layers[0].head_dim, model.layers[0].turned

        def before(hidden: Tensor, norm: Tensor, qkv: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor]:
            heads = linear(rms_norm(hidden, norm.shape, norm, epsilon), qkv).view(len(hidden), -1, head_dim)
            plain = heads[:, :turned]
            return plain * cosine + plain.roll(head_dim // 2, -1) * sine, heads[:, turned:]

        def after(hidden: Tensor, seen: Tensor, output: Tensor, norm: Tensor, gate_up: Tensor, down: Tensor) -> Tensor:
            hidden = hidden + linear(seen, output)
            gate, up = linear(rms_norm(hidden, norm.shape, norm, epsilon), gate_up).chunk(2, -1)
            return hidden + linear(silu(gate) * up, down)

        self.model, self.cache = model, cache
        self.before = torch.compile(before, dynamic=True, fullgraph=True)
        self.after = torch.compile(after, dynamic=True, fullgraph=True)
        self.warm()

    def warm(self) -> None:
        """Compile now, before the server says that it is healthy."""
        import torch

        with torch.inference_mode():
            for rows in WARM_ROWS:
                hidden, positions = torch.zeros(rows, self.model.embedding.shape[1]), torch.arange(rows)
                seen = lambda layer, query, key, value: query.flatten(1).contiguous()  # noqa: E731  # stands for attention, whose result is contiguous
                self.run(hidden, positions, positions, seen, self.model.layers[:1])

    def __call__(self, batch: Batch) -> Tensor:
        from torch.nn.functional import embedding

        attention = self.cache.bind(batch)
        if len(batch.tokens) == 1:
            return self.model(batch, attention)
        hidden = embedding(batch.tokens, self.model.embedding)
        return self.run(hidden, batch.positions, batch.wanted, attention, self.model.layers)

    def run(self, hidden: Tensor, positions: Tensor, wanted: Tensor, attention: Attention, layers: list[Layer]) -> Tensor:
        """The pass over some layers, to logits."""
        cosine, sine = self.model.rotary(positions)
        for layer in layers:
            turned, values = self.before(hidden, layer.before_attention.weight, layer.qkv.weight, cosine, sine)
            seen = attention(layer.number, turned[:, : -layer.kv_heads], turned[:, -layer.kv_heads :], values)
            hidden = self.after(hidden, seen, layer.output.weight, layer.before_feed.weight, layer.gate_up.weight, layer.down.weight)
        return self.model.head(self.model.norm(hidden[wanted]))
