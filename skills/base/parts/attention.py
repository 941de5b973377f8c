"""Attention over keys and values that a cache hands out."""

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


def attend_prompt(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """A stretch of one prompt over all that precedes it.

    query (rows, heads, head_dim); keys and values (length, kv_heads, head_dim), of which the last `rows` are the query's own.
    """
    rows, length = len(query), len(keys)
    mask = None if rows == length else torch.full((rows, length), -torch.inf).triu_(length - rows + 1)
    seen = scaled_dot_product_attention(
        query.transpose(0, 1)[None],
        keys.transpose(0, 1)[None],
        values.transpose(0, 1)[None],
        attn_mask=mask,
        is_causal=mask is None,
        enable_gqa=True,
    )
    return seen[0].transpose(0, 1).reshape(rows, -1)


def attend_batch(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
    """One token of each of many sequences over its own past.

    query (sequences, heads, head_dim); keys and values (sequences, length, kv_heads, head_dim); mask (sequences, 1, 1, length) is added to
    the scores.
    """
    seen = scaled_dot_product_attention(query[:, :, None], keys.transpose(1, 2), values.transpose(1, 2), attn_mask=mask, enable_gqa=True)
    return seen.reshape(len(query), -1)


def length_mask(lengths: list[int]) -> Tensor:
    """(sequences, 1, 1, longest): zero where a sequence has a token, minus infinity behind its end."""
    mask = torch.zeros(len(lengths), 1, 1, max(lengths))
    for row, length in enumerate(lengths):
        mask[row, :, :, length:] = -torch.inf
    return mask
