"""Attention to a part of the keys, to be merged with attention to others: weighted values with the weights' sum and their largest score.

The merge is that of online softmax (Milakov and Gimelshein 2018, arXiv 1805.02867); sharing a prefix's keys among queries is Hydragen
(Juravsky and others 2024, arXiv 2402.05099).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

Rows = Tensor | slice


@dataclass
class Partial:
    """For rows of queries: values (rows, heads, head_dim) and weights (rows, heads), both relative to the largest score (rows, heads)."""

    values: Tensor
    weights: Tensor
    largest: Tensor

    @classmethod
    def none(cls, query: Tensor) -> "Partial":
        """Room for these rows; each must be put before it is read."""
        return cls(torch.empty_like(query), query.new_empty(query.shape[:2]), query.new_empty(query.shape[:2]))

    def put(self, rows: Rows, part: "Partial") -> None:
        """Write some rows."""
        self.values[rows], self.weights[rows], self.largest[rows] = part.values, part.weights, part.largest

    def of(self, rows: Rows) -> "Partial":
        """Some rows."""
        return Partial(self.values[rows], self.weights[rows], self.largest[rows])

    def result(self) -> Tensor:
        """(rows, heads * head_dim): what attention to all these keys sees."""
        return (self.values / self.weights[..., None]).flatten(1)


def attend(query: Tensor, keys: Tensor, values: Tensor, *, causal: bool) -> Partial:
    """Rows of one past, the last ones when causal: query (rows, heads, head_dim), keys and values (kv_heads, length, head_dim)."""
    rows, heads, width = query.shape
    kv_heads, length, _ = keys.shape
    grouped = query.view(rows, kv_heads, -1, width).permute(1, 2, 0, 3)
    scores = grouped.reshape(kv_heads, -1, width) @ keys.transpose(1, 2) * width**-0.5
    if causal and rows > 1:
        scores = scores.view(kv_heads, -1, rows, length) + torch.full((rows, length), -torch.inf).triu_(length - rows + 1)
        scores = scores.view(kv_heads, -1, length)
    largest, weights = exponentials(scores)
    seen = (weights @ values).view(kv_heads, -1, rows, width).permute(2, 0, 1, 3).reshape(rows, heads, width)
    sums, tops = (part.view(kv_heads, -1, rows).permute(2, 0, 1).reshape(rows, heads) for part in (weights.sum(-1), largest))
    return Partial(seen, sums, tops)


def attend_side_by_side(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Partial:
    """One row of each of many pasts: query (rows, heads, head_dim), keys and values (rows, length, kv_heads, head_dim).

    mask (rows, 1, 1, length) is added to the scores.
    """
    rows, heads, width = query.shape
    kv_heads = keys.shape[2]
    scores = query.view(rows, kv_heads, -1, width) @ keys.permute(0, 2, 3, 1) * width**-0.5 + mask
    largest, weights = exponentials(scores)
    seen = weights @ values.transpose(1, 2)
    return Partial(seen.reshape(rows, heads, width), weights.sum(-1).view(rows, heads), largest.view(rows, heads))


def exponentials(scores: Tensor) -> tuple[Tensor, Tensor]:
    """The largest score of each row, and all relative to it as weights."""
    largest = scores.amax(-1)
    return largest, scores.sub_(largest[..., None]).exp_()


def merged(one: Partial, other: Partial) -> Partial:
    """Attention to both parts."""
    largest = torch.maximum(one.largest, other.largest)
    mine, theirs = (one.largest - largest).exp_(), (other.largest - largest).exp_()
    values = torch.addcmul(one.values * mine[..., None], other.values, theirs[..., None])
    return Partial(values, torch.addcmul(one.weights * mine, other.weights, theirs), largest)
