"""One request inside the engine, and the part of it that a step computes."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

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
    guide: Any = None
    """Where the answer stands in its schema's grammar; None without a schema."""
    draft: list[int] = field(default_factory=list)
    """Tokens that may come next: the step computes them too, and keeps them as far as the model would have chosen them."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What makes drafts remembers of it; empty outside."""
    over: bool = False
    blocks: list[int] = field(default_factory=list)
    """What the cache has given to it; empty outside the cache."""
    state: list[Any] = field(default_factory=list)
    """What recurrent layers remember of the computed tokens, by layer; never changed in place, so a copy of the list keeps it."""
    marks: list[int] = field(default_factory=list)
    """Counts of tokens, in order, at which a step must end because the cache wants to keep the state there."""

    @classmethod
    def of(cls, number: int, job: Job) -> "Sequence":
        return cls(number, job, list(job.prompt), Random(job.seed))

    @property
    def missing(self) -> int:
        """Tokens that the next step may compute: one while decoding, more in a prefill."""
        return len(self.tokens) - self.computed

    @property
    def extent(self) -> int:
        """Tokens that the next step may need room for."""
        return len(self.tokens) + len(self.draft)

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
        """The next tokens of a sequence with its draft, at most `most`, and not beyond its next mark."""
        left = sequence.missing + len(sequence.draft)
        ends = [left, *(mark - sequence.computed for mark in sequence.marks if mark > sequence.computed)]
        return cls(sequence, sequence.computed, min(ends if most is None else [*ends, most]))

    @property
    def complete(self) -> bool:
        """Whether the sequence's next token follows from this step."""
        return self.start + self.count >= len(self.sequence.tokens)

    @property
    def draft(self) -> list[int]:
        """What of the sequence's draft the span holds."""
        return self.sequence.draft[: max(self.start + self.count - len(self.sequence.tokens), 0)]
