"""Sampling, one sequence after another."""

import torch
from protocol import Token
from sequence import Sequence
from torch import Tensor


def sample(logits: Tensor, sequences: list[Sequence]) -> list[Token]:
    """The next token of each sequence; logits (sequences, vocabulary)."""
    return [told(row, sequence, choose(row, sequence)) for row, sequence in zip(logits, sequences, strict=True)]


def choose(logits: Tensor, sequence: Sequence) -> int:
    """The best token, or one drawn from the smallest set that holds `top_p` of the probability."""
    job = sequence.job
    if job.temperature == 0:
        return int(logits.argmax())
    ordered, order = torch.softmax(logits.double() / job.temperature, -1).sort(descending=True)
    before = ordered.cumsum(-1) - ordered
    kept = torch.where(before < job.top_p, ordered, 0.0).cumsum(-1)
    return int(order[torch.searchsorted(kept, sequence.random.random() * kept[-1], right=True).clamp_max(len(kept) - 1)])


def told(logits: Tensor, sequence: Sequence, number: int) -> Token:
    """The token with the log-probabilities that its request asked for."""
    if sequence.job.logprobs is None:
        return Token(number)
    logprobs = torch.log_softmax(logits, -1)
    best = logprobs.topk(sequence.job.logprobs)
    return Token(number, logprob=float(logprobs[number]), best=tuple(zip(best.indices.tolist(), best.values.tolist(), strict=True)))
