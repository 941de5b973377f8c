"""A KV cache that grows with each sequence: simple, and copied at every step."""

from collections.abc import Callable

import torch
from attention import attend_prompt
from batch import Batch
from checkpoint import Config
from sequence import Sequence
from torch import Tensor

Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]


class Cache:
    """Keys and values of each sequence, one pair of tensors per layer."""

    def __init__(self, config: Config, sequences: int) -> None:
        empty = torch.empty(0, config.kv_heads, config.head_dim)
        self.fresh = [(empty, empty)] * config.layers
        self.stored: dict[int, list[tuple[Tensor, Tensor]]] = {}

    def reserve(self, sequence: Sequence, tokens: int) -> bool:
        """There is always room."""
        self.stored.setdefault(sequence.number, list(self.fresh))
        return True

    def release(self, sequence: Sequence) -> None:
        """Forget a sequence."""
        self.stored.pop(sequence.number, None)

    def bind(self, batch: Batch) -> Attention:
        """Attention of one step: each sequence by itself."""
        places = [self.stored[span.sequence.number] for span in batch.spans]
        counts, starts = [span.count for span in batch.spans], [span.start for span in batch.spans]

        def attend(layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            rows = zip(places, starts, query.split(counts), key.split(counts), value.split(counts), strict=True)
            return torch.cat([extend(place, start, layer, q, k, v) for place, start, q, k, v in rows])

        return attend


def extend(place: list[tuple[Tensor, Tensor]], start: int, layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Put one sequence's new keys and values behind its first `start`, then attend to all of them."""
    keys, values = place[layer]
    place[layer] = keys, values = torch.cat([keys[:start], key]), torch.cat([values[:start], value])
    return attend_prompt(query, keys, values)
