"""Continuous batching with chunked prefill: each step decodes every running sequence and fills up with a stretch of new prompts."""

from collections.abc import Iterator

from line import Line
from sequence import Sequence, Span
from settings import MAX_BATCH, STEP_TOKENS

MAX_SEQUENCES = MAX_BATCH


class Scheduler(Line):
    """A step holds at most STEP_TOKENS tokens, decoding sequences first."""

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

    def prompts(self) -> Iterator[Sequence]:
        """Running sequences whose prompt is not computed yet; new ones are admitted one by one, as they are asked for."""
        yield from [sequence for sequence in self.running if sequence.missing > 1]
        while self.waiting and len(self.running) < MAX_BATCH and self.cache.reserve(self.waiting[0], self.waiting[0].extent):
            yield self.admit()
