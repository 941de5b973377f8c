"""A whole step in one native call: no operator of torch and no line of Python between embedding and logits."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch import Batch
    from cache import Cache
    from model import Layer, Model
    from torch import Tensor


def place(threads: int) -> None:
    """Tell torch, before it starts, how many threads to use; the native library takes its number from torch."""
    os.environ["OMP_NUM_THREADS"] = str(threads)


class ModelTable(ctypes.Structure):
    """The kernel's struct Model."""

    _fields_ = [(name, ctypes.c_int64) for name in ("layers", "hidden", "heads", "kv_heads", "head_dim", "context")] + [
        ("epsilon", ctypes.c_double),
        *((name, ctypes.c_int64) for name in ("embedding", "cosine", "sine", "norm", "head")),
    ]


def Runner(model: Model, cache: Cache) -> Callable[[Batch], Tensor]:  # noqa: N802 (the slot's name)
    """The native step where the weights are packed for it, else the model as it is written."""
    if hasattr(model.head, "address"):
        return NativeRunner(model, cache)
    return lambda batch: model(batch, cache.bind(batch))


class NativeRunner:
    """The model and the cache as the kernel sees them: dimensions and addresses, laid out once."""

    def __init__(self, model: Model, cache: Cache) -> None:
        import torch
        from native import POINTER, function

        self.model, self.cache = model, cache
        self.run_step = function("step", POINTER, POINTER, POINTER)
        heads, kv_heads, head_dim, context = cache.dimensions
        self.embedding = model.embedding.contiguous()
        self.vocabulary = len(self.embedding)
        self.table = ModelTable(
            len(model.layers),
            self.embedding.shape[1],
            heads,
            kv_heads,
            head_dim,
            context,
            model.norm.epsilon,
            *(tensor.data_ptr() for tensor in (self.embedding, model.rotary.cosine, model.rotary.sine, model.norm.weight)),
            model.head.address,
        )
        self.layers = torch.tensor([self.line(layer) for layer in model.layers])

    def line(self, layer: Layer) -> list[int]:
        """The kernel's struct Layer."""
        return [
            layer.before_attention.weight.data_ptr(),
            layer.qkv.address,
            layer.output.address,
            layer.before_feed.weight.data_ptr(),
            layer.gate_up.address,
            layer.down.address,
            self.cache.keys[layer.number].data_ptr(),
            self.cache.values[layer.number].data_ptr(),
        ]

    def __call__(self, batch: Batch) -> Tensor:
        """Logits of the wanted rows."""
        import torch

        step = self.cache.bind(batch)
        logits = torch.empty(len(batch.wanted), self.vocabulary)
        fields = [
            len(batch.tokens),
            step.count,
            len(batch.wanted),
            *(tensor.data_ptr() for tensor in (batch.tokens, batch.positions, step.spans, batch.wanted, logits)),
        ]
        table = (ctypes.c_int64 * len(fields))(*fields)
        self.run_step(ctypes.byref(self.table), self.layers.data_ptr(), table)
        return logits
