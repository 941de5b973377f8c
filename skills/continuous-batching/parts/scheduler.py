"""Continuous batching: requests join a running batch as soon as there is room, and leave it as soon as they end."""

from collections import deque

from cache import Cache
from sequence import Sequence, Span
from settings import MAX_BATCH, PREFILL_TOKENS

MAX_SEQUENCES = MAX_BATCH


class Scheduler:
    """Prefill first: new prompts are computed together, then all sequences decode in step."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.waiting: deque[Sequence] = deque()
        self.running: list[Sequence] = []

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.running)

    def add(self, sequence: Sequence) -> None:
        self.waiting.append(sequence)

    def cancel(self, number: int) -> None:
        """Drop a request that may have ended already."""
        for sequence in [*self.waiting, *self.running]:
            if sequence.number == number:
                self.remove(sequence)

    def remove(self, sequence: Sequence) -> None:
        (self.running if sequence in self.running else self.waiting).remove(sequence)
        self.cache.release(sequence)

    def plan(self) -> list[Span]:
        """New prompts if any can be admitted, else one token of each running sequence."""
        return self.prefill() or self.decode()

    def prefill(self) -> list[Span]:
        """Whole prompts in the order of arrival, at least one, together at most PREFILL_TOKENS tokens."""
        spans: list[Span] = []
        room = PREFILL_TOKENS
        while self.waiting and len(self.running) < MAX_BATCH:
            sequence = self.waiting[0]
            if (spans and len(sequence.tokens) > room) or not self.cache.reserve(sequence, len(sequence.tokens)):
                break
            self.running.append(self.waiting.popleft())
            spans.append(Span.of(sequence))
            room -= len(sequence.tokens)
        return sorted(spans, key=lambda span: span.count > 1)

    def decode(self) -> list[Span]:
        """One token each; where the cache is full, the sequence that came last makes room and is computed again later."""
        position = 0
        while position < len(self.running):
            if self.cache.reserve(self.running[position], len(self.running[position].tokens)):
                position += 1
            else:
                self.preempt(self.running.pop())
        return [Span.of(sequence) for sequence in self.running]

    def preempt(self, sequence: Sequence) -> None:
        """Back to the head of the line, with what it has said so far."""
        self.cache.release(sequence)
        sequence.computed = 0
        self.waiting.appendleft(sequence)
