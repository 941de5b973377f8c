"""Continuous batching with chunked prefill: each step decodes every running sequence and fills up with a stretch of new prompts."""

from collections import deque

from cache import Cache
from sequence import Sequence, Span
from settings import MAX_BATCH, STEP_TOKENS

MAX_SEQUENCES = MAX_BATCH


class Scheduler:
    """A step holds at most STEP_TOKENS tokens, decoding sequences first."""

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
        """Sequences that decode, then prompts that were begun, then new ones, while the budget lasts."""
        self.make_room()
        decoding = [Span.of(sequence) for sequence in self.running if sequence.missing == 1]
        room = max(STEP_TOKENS - len(decoding), 1)
        prompts: list[Span] = []
        for sequence in self.prompts():
            prompts.append(Span.of(sequence, room))
            room -= prompts[-1].count
            if room == 0:
                break
        return sorted([*decoding, *prompts], key=lambda span: span.count > 1)

    def prompts(self):
        """Running sequences whose prompt is not computed yet; new ones are admitted one by one, as they are asked for."""
        yield from [sequence for sequence in self.running if sequence.missing > 1]
        while self.waiting and len(self.running) < MAX_BATCH and self.cache.reserve(self.waiting[0], len(self.waiting[0].tokens)):
            self.running.append(self.waiting.popleft())
            yield self.running[-1]

    def make_room(self) -> None:
        """Room for the next token of each; where the cache is full, the sequence that came last is computed again later."""
        position = 0
        while position < len(self.running):
            if self.cache.reserve(self.running[position], len(self.running[position].tokens)):
                position += 1
            else:
                self.preempt(self.running.pop())

    def preempt(self, sequence: Sequence) -> None:
        """Back to the head of the line, with what it has said so far."""
        self.cache.release(sequence)
        sequence.computed = 0
        self.waiting.appendleft(sequence)
