"""The tensors of one step: the spans' tokens one after another, sequences that decode first."""

import torch
from sequence import Span


class Batch:
    """One row per token; there is no padding."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = spans
        self.decoding = sum(span.count == 1 for span in spans)
        tokens: list[int] = []
        positions: list[int] = []
        wanted: list[int] = []
        for span in spans:
            end = span.start + span.count
            tokens += span.sequence.tokens[span.start : end]
            positions += range(span.start, end)
            if span.complete:
                wanted.append(len(tokens) - 1)
        self.tokens = torch.tensor(tokens)
        self.positions = torch.tensor(positions)
        self.wanted = torch.tensor(wanted, dtype=torch.int64)
        self.sampled = [span.sequence for span in spans if span.complete]
