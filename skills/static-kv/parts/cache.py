"""A KV cache allocated once: one row of the whole context length per sequence, written in place."""

from collections.abc import Callable

import numpy
import torch
from attention import attend_batch, attend_prompt, length_mask
from batch import Batch
from checkpoint import Config
from sequence import Sequence, Span
from torch import Tensor

Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]


class Cache:
    """Slots of equal size. Memory that no token has touched costs nothing: the system maps it on first write."""

    def __init__(self, config: Config, sequences: int) -> None:
        shape = sequences, config.context_tokens, config.kv_heads, config.head_dim
        self.keys = [untouched(*shape) for _ in range(config.layers)]
        self.values = [untouched(*shape) for _ in range(config.layers)]
        self.context_tokens = config.context_tokens
        self.free = list(range(sequences))

    def reserve(self, sequence: Sequence, tokens: int) -> bool:
        """The lowest free slot, so that the sequences that decode lie side by side."""
        if not sequence.blocks and self.free:
            self.free.sort()
            sequence.blocks = [self.free.pop(0)]
        return bool(sequence.blocks)

    def release(self, sequence: Sequence) -> None:
        """Give the slot back."""
        self.free += sequence.blocks
        sequence.blocks = []

    def bind(self, batch: Batch) -> Attention:
        """Attention of one step over the slots."""
        slots = torch.tensor([span.sequence.blocks[0] for span in batch.spans])
        counts = torch.tensor([span.count for span in batch.spans])
        return Step(self, batch, slots.repeat_interleave(counts) * self.context_tokens + batch.positions)


class Step:
    """Where the rows of one batch are stored, and what each may see."""

    def __init__(self, cache: Cache, batch: Batch, rows: Tensor) -> None:
        self.cache, self.rows = cache, rows
        self.decoding = batch.decoding
        self.prompts = batch.spans[batch.decoding :]
        if batch.decoding:
            self.see(batch.spans[: batch.decoding])

    def see(self, spans: list[Span]) -> None:
        """One mask over the slots up to the highest that decodes; a slot between them that does not sees one token, for nothing."""
        self.slots = torch.tensor([span.sequence.blocks[0] for span in spans])
        lengths = [1] * (int(self.slots.max()) + 1)
        for span in spans:
            lengths[span.sequence.blocks[0]] = span.start + 1
        self.mask = length_mask(lengths)

    def __call__(self, layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        keys, values = self.cache.keys[layer], self.cache.values[layer]
        keys.view(-1, *key.shape[1:]).index_copy_(0, self.rows, key)
        values.view(-1, *value.shape[1:]).index_copy_(0, self.rows, value)
        seen = [self.decode(query[: self.decoding], keys, values)] if self.decoding else []
        first = self.decoding
        for span in self.prompts:
            slot, end = span.sequence.blocks[0], span.start + span.count
            seen.append(attend_prompt(query[first : first + span.count], keys[slot, :end], values[slot, :end]))
            first += span.count
        return seen[0] if len(seen) == 1 else torch.cat(seen)

    def decode(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """All sequences that decode in one call, in the order of their slots."""
        count, length = self.mask.shape[0], self.mask.shape[-1]
        ordered = query.new_zeros(count, *query.shape[1:])
        ordered[self.slots] = query
        return attend_batch(ordered, keys[:count, :length], values[:count, :length], self.mask)[self.slots]


def untouched(*shape: int) -> Tensor:
    """Zeros that take no memory before they are written; torch's own would write them all at once."""
    return torch.from_numpy(numpy.zeros(shape, numpy.float32))
