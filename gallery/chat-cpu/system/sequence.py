"""One request inside the engine, and the part of it that a step computes."""

from dataclasses import dataclass, field
from random import Random

from protocol import Job


@dataclass(eq=False)
class Sequence:
    """Prompt and answer so far."""

    number: int
    job: Job
    tokens: list[int]
    random: Random
    computed: int = 0
    """How many of the tokens have their keys and values in the cache."""
    blocks: list[int] = field(default_factory=list)
    """What the cache has given to it; empty outside the cache."""

    @classmethod
    def of(cls, number: int, job: Job) -> "Sequence":
        return cls(number, job, list(job.prompt), Random(job.seed))

    @property
    def missing(self) -> int:
        """Tokens that the next step may compute: one while decoding, more in a prefill."""
        return len(self.tokens) - self.computed

    @property
    def full(self) -> bool:
        """Whether the answer has as many tokens as it may."""
        return len(self.tokens) == len(self.job.prompt) + self.job.max_tokens


@dataclass(frozen=True)
class Span:
    """`count` tokens of a sequence from `start` on."""

    sequence: Sequence
    start: int
    count: int

    @classmethod
    def of(cls, sequence: Sequence, most: int | None = None) -> "Span":
        """The next tokens of a sequence, at most `most`."""
        return cls(sequence, sequence.computed, sequence.missing if most is None else min(sequence.missing, most))

    @property
    def complete(self) -> bool:
        """Whether the sequence's next token follows from this step."""
        return self.start + self.count == len(self.sequence.tokens)
