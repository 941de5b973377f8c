"""A layer of the gated delta rule over sequences that each keep a state: one token each while they decode, stretches of prompts in chunks.

State S of a head, shape (key, value), and per token a decay g and a strength b: S = e^g S; S += k b (v - k S); out = q S. The chunked form
solves the tokens of a chunk against each other at once (Yang and others 2024, arXiv 2412.06464).
"""

import torch
from batch import Batch
from checkpoint import Config
from linear import Linear
from sequence import Sequence
from torch import Tensor
from torch.nn.functional import pad, rms_norm, silu, softplus

Weights = dict[str, Tensor]
CHUNK = 64
NORM_EPSILON = 1e-5
LENGTH_EPSILON = 1e-6


class DeltaRule:
    """Projections, a short convolution, the recurrence, a gated norm; what a sequence remembers is never changed in place."""

    def __init__(self, config: Config, number: int, weights: Weights) -> None:
        raw, place = config.raw, f"model.layers.{number}.linear_attn"
        self.number = number
        self.keys, self.values = raw["linear_num_key_heads"], raw["linear_num_value_heads"]
        self.key_dim, self.value_dim = raw["linear_key_head_dim"], raw["linear_value_head_dim"]
        self.strength = 2.0 if raw.get("linear_allow_neg_eigval", True) else 1.0
        narrow, wide = self.keys * self.key_dim, self.values * self.value_dim
        self.widths, self.mixed = [2 * narrow + wide, wide, self.values, self.values], [narrow, narrow, wide]
        self.inward = Linear.pack(torch.cat([weights[f"{place}.{name}_proj.weight"] for name in "qkvgab"]))
        self.taps = weights[f"{place}.conv1d.weight"][:, 0].T.contiguous()
        self.rate = -weights[f"{place}.A_log"].exp()
        self.bias = weights[f"{place}.dt_bias"]
        self.norm = weights[f"{place}.o_norm.weight"]
        self.output = Linear.pack(weights[f"{place}.o_proj.weight"])

    def __call__(self, hidden: Tensor, batch: Batch) -> Tensor:
        """Rows of the batch: those that decode first, then each prompt's."""
        mixed, gate, a, b = self.inward(hidden).split(self.widths, -1)
        decay = self.rate * softplus(a + self.bias)
        strength = b.sigmoid() * self.strength
        first, told = batch.decoding, []
        if first:
            told.append(self.decode(batch, mixed[:first], decay[:first], strength[:first]))
        if first < len(batch.spans):
            told.append(self.prefill(batch, mixed[first:], decay[first:], strength[first:]))
        seen = told[0] if len(told) == 1 else torch.cat(told)
        seen = rms_norm(seen, (self.value_dim,), self.norm, NORM_EPSILON).flatten(1)
        return self.output(seen * silu(gate))

    def decode(self, batch: Batch, mixed: Tensor, decay: Tensor, strength: Tensor) -> Tensor:
        """One token each: the state is read and written once."""
        tails, states = self.recall([span.sequence for span in batch.spans[: batch.decoding]])
        window = torch.cat([tails, mixed[:, None]], 1)
        query, key, value = self.heads(silu((window * self.taps).sum(1)))
        states = states * decay.exp()[..., None, None]
        change = (value - (key[..., None, :] @ states)[..., 0, :]) * strength[..., None]
        states = torch.addcmul(states, key[..., None], change[..., None, :])
        self.keep([span.sequence for span in batch.spans[: batch.decoding]], window[:, 1:], states)
        return (query[..., None, :] @ states)[..., 0, :]

    def prefill(self, batch: Batch, mixed: Tensor, decay: Tensor, strength: Tensor) -> Tensor:
        """Stretches of prompts side by side; the shorter ones are filled up with tokens that change nothing."""
        spans = batch.spans[batch.decoding :]
        counts = [span.count for span in spans]
        sequences = [span.sequence for span in spans]
        tails, states = self.recall(sequences)
        window = torch.cat([tails, even(mixed, counts)], 1)
        width = max(counts)
        taps = len(self.taps)
        heads = self.heads(silu(sum(window[:, tap : tap + width] * self.taps[tap] for tap in range(taps))))
        seen, states = chunked(*heads, even(decay, counts), even(strength, counts), states)
        ends = [window[row, count : count + taps - 1] for row, count in enumerate(counts)]
        self.keep(sequences, torch.stack(ends), states)
        return torch.cat([seen[row, :count] for row, count in enumerate(counts)])

    def heads(self, mixed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values by value head, queries and keys of length one."""
        query, key, value = mixed.split(self.mixed, -1)
        query, key = (unit(part.unflatten(-1, (self.keys, -1))) for part in (query, key))
        if self.keys != self.values:
            query, key = (part.repeat_interleave(self.values // self.keys, -2) for part in (query, key))
        return query * self.key_dim**-0.5, key, value.unflatten(-1, (self.values, -1))

    def recall(self, sequences: list[Sequence]) -> tuple[Tensor, Tensor]:
        """The last inputs of the convolution and the states, (sequences, ...) each."""
        kept = [sequence.state[self.number] or self.blank() for sequence in sequences]
        return torch.stack([tail for tail, _ in kept]), torch.stack([state for _, state in kept])

    def keep(self, sequences: list[Sequence], tails: Tensor, states: Tensor) -> None:
        for sequence, tail, state in zip(sequences, tails, states, strict=True):
            sequence.state[self.number] = tail, state

    def blank(self) -> tuple[Tensor, Tensor]:
        """What a sequence remembers before its first token."""
        return torch.zeros(len(self.taps) - 1, self.taps.shape[1]), torch.zeros(self.values, self.key_dim, self.value_dim)


def chunked(query: Tensor, key: Tensor, value: Tensor, decay: Tensor, strength: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
    """The recurrence over (sequences, tokens, heads, ...) in chunks; what the queries see, in the same shape, and the new states."""
    tokens = query.shape[1]
    size = min(CHUNK, tokens)
    query, key, value, decay, strength = (chunks(part, size) for part in (query, key, value, decay[..., None], strength[..., None]))
    total = decay.cumsum(-2)
    between = (total - total.transpose(-1, -2)).tril().exp().tril()
    corrected = key * strength
    system = (corrected @ key.transpose(-1, -2)) * between
    right = torch.cat([value * strength, corrected * total.exp()], -1)
    fresh, past = torch.linalg.solve_triangular(system, right, upper=False, unitriangular=True).split([value.shape[-1], key.shape[-1]], -1)
    inside = (query @ key.transpose(-1, -2)) * between
    query = query * total.exp()
    key = key * (total[..., -1:, :] - total).exp()
    whole = total[..., -1:, :].exp()
    seen = []
    for number in range(query.shape[0]):
        change = fresh[number] - past[number] @ states
        seen.append(query[number] @ states + inside[number] @ change)
        states = states * whole[number] + key[number].transpose(-1, -2) @ change
    return torch.stack(seen, 2).flatten(2, 3)[:, :, :tokens].transpose(1, 2), states


def chunks(rows: Tensor, size: int) -> Tensor:
    """(sequences, tokens, heads, width) as (chunks, sequences, heads, size, width), filled up with zeros."""
    missing = -rows.shape[1] % size
    return pad(rows, (0, 0, 0, 0, 0, missing)).unflatten(1, (-1, size)).permute(1, 0, 3, 2, 4).contiguous()


def even(rows: Tensor, counts: list[int]) -> Tensor:
    """(sequences, longest, ...): each sequence's rows, filled up with zeros."""
    if len(counts) == 1:
        return rows[None]
    return torch.nn.utils.rnn.pad_sequence(list(rows.split(counts)), batch_first=True)


def unit(rows: Tensor) -> Tensor:
    """Of length one."""
    return rows * torch.rsqrt(rows.square().sum(-1, keepdim=True) + LENGTH_EPSILON)
