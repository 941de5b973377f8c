"""Continuous batching: requests join a running batch as soon as there is room, and leave it as soon as they end."""

from line import Line
from sequence import Span
from settings import MAX_BATCH, PREFILL_TOKENS

MAX_SEQUENCES = MAX_BATCH


class Scheduler(Line):
    """Prefill first: new prompts are computed together, then all sequences decode in step."""

    def plan(self) -> list[Span]:
        """New prompts if any can be admitted, else one token of each running sequence."""
        return self.prefill() or self.decode()

    def prefill(self) -> list[Span]:
        """Whole prompts in the order of arrival, at least one, together at most PREFILL_TOKENS tokens."""
        spans: list[Span] = []
        room = PREFILL_TOKENS
        while self.waiting and len(self.running) < MAX_BATCH:
            sequence = self.waiting[0]
            if (spans and len(sequence.tokens) > room) or not self.cache.reserve(sequence, sequence.extent):
                break
            spans.append(Span.of(self.admit()))
            room -= len(sequence.tokens)
        return sorted(spans, key=lambda span: span.count > 1)

    def decode(self) -> list[Span]:
        """One token each, or what is drafted."""
        self.make_room()
        return sorted([Span.of(sequence) for sequence in self.running], key=lambda span: span.count > 1)
