"""A KV cache in the layout of our own attention: a slot of the whole context per sequence, all queries of a step in one call."""

import numpy
import torch
from batch import Batch
from checkpoint import Config
from native import COUNT, POINTER, function
from sequence import Sequence
from torch import Tensor

_key_floats = function("slot_key_floats", COUNT, COUNT, COUNT, result=COUNT)
_value_floats = function("slot_value_floats", COUNT, COUNT, COUNT, result=COUNT)
_attend = function("attend", POINTER, *[COUNT] * 5, *[POINTER, COUNT] * 3, POINTER, POINTER, POINTER)


class Cache:
    """Slots of equal size. Memory that no token has touched costs nothing: the system maps it on first write."""

    def __init__(self, config: Config, sequences: int) -> None:
        dimensions = config.kv_heads, config.head_dim, config.context_tokens
        self.dimensions = config.heads, *dimensions
        self.keys = [untouched(sequences, _key_floats(*dimensions)) for _ in range(config.layers)]
        self.values = [untouched(sequences, _value_floats(*dimensions)) for _ in range(config.layers)]
        self.free = list(range(sequences))

    def reserve(self, sequence: Sequence, tokens: int) -> bool:
        """Any free slot."""
        if not sequence.blocks and self.free:
            sequence.blocks = [self.free.pop()]
        return bool(sequence.blocks)

    def release(self, sequence: Sequence) -> None:
        """Give the slot back."""
        self.free += sequence.blocks
        sequence.blocks = []

    def bind(self, batch: Batch) -> "Step":
        """Attention of one step."""
        return Step(self, batch)


class Step:
    """The spans of one batch: slot, first position, tokens, first row."""

    def __init__(self, cache: Cache, batch: Batch) -> None:
        self.cache = cache
        lines, row = [], 0
        for span in batch.spans:
            lines.append((span.sequence.blocks[0], span.start, span.count, row))
            row += span.count
        self.count = len(lines)
        self.spans = torch.tensor(lines, dtype=torch.int64)

    def __call__(self, layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        cache = self.cache
        rows = [part if part.stride()[1:] == (part.shape[2], 1) else part.contiguous() for part in (query, key, value)]
        places = [number for part in rows for number in (part.data_ptr(), part.stride(0))]
        out = query.new_empty(len(query), query.shape[1] * query.shape[2])
        keys, values = cache.keys[layer].data_ptr(), cache.values[layer].data_ptr()
        _attend(self.spans.data_ptr(), self.count, *cache.dimensions, *places, keys, values, out.data_ptr())
        return out


def untouched(*shape: int) -> Tensor:
    """Zeros that take no memory before they are written; torch's own would write them all at once."""
    return torch.from_numpy(numpy.zeros(shape, numpy.float32))
