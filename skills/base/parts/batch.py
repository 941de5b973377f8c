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
        self.firsts: list[int] = []
        """Of the rows of logits, for each complete span its first: that of its last token, before those of its draft."""
        for span in spans:
            end = span.start + span.count
            draft = span.draft
            tokens += span.sequence.tokens[span.start : end] + draft
            positions += range(span.start, end)
            if span.complete:
                self.firsts.append(len(wanted))
                wanted += range(len(tokens) - 1 - len(draft), len(tokens))
        self.tokens = torch.tensor(tokens)
        self.positions = torch.tensor(positions)
        self.wanted = torch.tensor(wanted, dtype=torch.int64)
        self.sampled = [span.sequence for span in spans if span.complete]
        self.drafts = [span.draft for span in spans if span.complete]
