"""One request at a time, first come first served."""

from collections import deque

from cache import Cache
from sequence import Sequence, Span

MAX_SEQUENCES = 1


class Scheduler:
    """The first request in line is served to its end."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.line: deque[Sequence] = deque()

    @property
    def busy(self) -> bool:
        return bool(self.line)

    def add(self, sequence: Sequence) -> None:
        self.line.append(sequence)

    def cancel(self, number: int) -> None:
        """Drop a request that may have ended already."""
        for sequence in [waiting for waiting in self.line if waiting.number == number]:
            self.remove(sequence)

    def remove(self, sequence: Sequence) -> None:
        self.line.remove(sequence)
        self.cache.release(sequence)

    def plan(self) -> list[Span]:
        """The whole prompt first, then token by token."""
        if not self.line:
            return []
        sequence = self.line[0]
        self.cache.reserve(sequence, sequence.extent)
        return [Span.of(sequence)]
