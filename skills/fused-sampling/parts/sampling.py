"""Sampling of a whole batch at once: one argmax when all are greedy, vectorised temperature and top-p when not."""

import torch
from protocol import Token
from sequence import Sequence
from torch import Tensor


def sample(logits: Tensor, sequences: list[Sequence]) -> list[Token]:
    """The next token of each sequence; logits (sequences, vocabulary)."""
    chosen = logits.argmax(-1)
    rows = [row for row, sequence in enumerate(sequences) if sequence.job.temperature > 0]
    if rows:
        chosen[rows] = draw(logits[rows], [sequences[row] for row in rows])
    tokens = [Token(number) for number in chosen.tolist()]
    told = [row for row, sequence in enumerate(sequences) if sequence.job.logprobs is not None]
    if told:
        tell(logits[told], tokens, told, [sequences[row].job.logprobs or 0 for row in told])
    return tokens


def draw(logits: Tensor, sequences: list[Sequence]) -> Tensor:
    """One token each, from the smallest set of tokens that holds `top_p` of the probability."""
    temperature = torch.tensor([sequence.job.temperature for sequence in sequences], dtype=torch.float64)[:, None]
    top_p = torch.tensor([sequence.job.top_p for sequence in sequences], dtype=torch.float64)[:, None]
    chance = torch.tensor([sequence.random.random() for sequence in sequences], dtype=torch.float64)[:, None]
    ordered, order = torch.softmax(logits.double() / temperature, -1).sort(-1, descending=True)
    before = ordered.cumsum(-1) - ordered
    kept = ordered.masked_fill_(before >= top_p, 0).cumsum(-1)
    place = torch.searchsorted(kept, chance * kept[:, -1:], right=True).clamp_max_(kept.shape[-1] - 1)
    return order.gather(-1, place).squeeze(-1)


def tell(logits: Tensor, tokens: list[Token], rows: list[int], counts: list[int]) -> None:
    """Replace the tokens of these rows by ones that carry log-probabilities."""
    logprobs = torch.log_softmax(logits, -1)
    values, indices = logprobs.topk(max(counts))
    for row, count, own, value, index in zip(rows, counts, logprobs, values.tolist(), indices.tolist(), strict=True):
        number = tokens[row].number
        tokens[row] = Token(number, logprob=float(own[number]), best=tuple(zip(index[:count], value[:count], strict=True)))
