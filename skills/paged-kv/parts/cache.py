"""A paged KV cache: sequences take fixed blocks from one pool as they grow, so memory follows use and not the worst case."""

from collections.abc import Callable

import numpy
import torch
from attention import attend_batch, attend_prompt, length_mask
from batch import Batch
from checkpoint import Config
from sequence import Sequence, Span
from settings import BLOCK_TOKENS, POOL_TOKENS
from torch import Tensor

Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]


class Cache:
    """A pool of blocks of BLOCK_TOKENS tokens, never smaller than one whole context."""

    def __init__(self, config: Config, sequences: int) -> None:
        blocks = -(-max(POOL_TOKENS, config.context_tokens) // BLOCK_TOKENS)
        shape = blocks * BLOCK_TOKENS, config.kv_heads, config.head_dim
        self.keys = [untouched(*shape) for _ in range(config.layers)]
        self.values = [untouched(*shape) for _ in range(config.layers)]
        self.free = list(range(blocks))

    def reserve(self, sequence: Sequence, tokens: int) -> bool:
        """Blocks for the first `tokens` tokens, all or none."""
        missing = -(-tokens // BLOCK_TOKENS) - len(sequence.blocks)
        if missing > len(self.free):
            return False
        if missing > 0:
            sequence.blocks += self.free[-missing:]
            del self.free[-missing:]
        return True

    def release(self, sequence: Sequence) -> None:
        """Give all blocks back."""
        self.free += sequence.blocks
        sequence.blocks = []

    def bind(self, batch: Batch) -> Attention:
        """Attention of one step over the pool."""
        return Step(self, batch)


class Step:
    """Where the rows of one batch are stored, and which rows each sequence reads."""

    def __init__(self, cache: Cache, batch: Batch) -> None:
        self.cache = cache
        self.decoding = batch.decoding
        self.counts = [span.count for span in batch.spans[batch.decoding :]]
        tables = [table(span) for span in batch.spans]
        self.written = torch.cat([rows[span.start :] for rows, span in zip(tables, batch.spans, strict=True)])
        self.read = tables[batch.decoding :]
        if batch.decoding:
            self.together = torch.nn.utils.rnn.pad_sequence(tables[: batch.decoding], batch_first=True)
            self.mask = length_mask([len(rows) for rows in tables[: batch.decoding]])

    def __call__(self, layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        keys, values = self.cache.keys[layer], self.cache.values[layer]
        keys.index_copy_(0, self.written, key)
        values.index_copy_(0, self.written, value)
        seen = []
        if self.decoding:
            seen.append(attend_batch(query[: self.decoding], gather(keys, self.together), gather(values, self.together), self.mask))
        for rows, part in zip(self.read, query[self.decoding :].split(self.counts), strict=True):
            seen.append(attend_prompt(part, keys[rows], values[rows]))
        return torch.cat(seen)


def table(span: Span) -> Tensor:
    """The pool's row of each token of a sequence up to the end of the span."""
    blocks = torch.tensor(span.sequence.blocks)[:, None] * BLOCK_TOKENS + torch.arange(BLOCK_TOKENS)
    return blocks.flatten()[: span.start + span.count]


def gather(pool: Tensor, rows: Tensor) -> Tensor:
    """(sequences, longest, kv_heads, head_dim), copied from the pool's rows."""
    return pool.index_select(0, rows.flatten()).view(*rows.shape, *pool.shape[1:])


def untouched(*shape: int) -> Tensor:
    """Zeros that take no memory before they are written; torch's own would write them all at once."""
    return torch.from_numpy(numpy.zeros(shape, numpy.float32))
