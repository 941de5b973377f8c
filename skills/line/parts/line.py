"""The line of requests: those that wait, those that run, and room in the cache for each that runs."""

from collections import deque

from cache import Cache
from sequence import Sequence


class Line:
    """First come, first served; where the cache is full, the sequence that came last makes room and is computed again later."""

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

    def admit(self) -> Sequence:
        """The head of the line begins to run; its room is reserved already."""
        self.running.append(self.waiting.popleft())
        return self.running[-1]

    def make_room(self) -> None:
        """Room for the next token of each that runs."""
        position = 0
        while position < len(self.running):
            if self.cache.reserve(self.running[position], self.running[position].extent):
                position += 1
            else:
                self.preempt(self.running.pop())

    def preempt(self, sequence: Sequence) -> None:
        """Back to the head of the line, with what it has said so far."""
        self.cache.release(sequence)
        sequence.computed, sequence.draft = 0, []
        self.waiting.appendleft(sequence)
