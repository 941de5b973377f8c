"""Whether an answer is right: its shape by pure checks, its tokens by a reference that is fed the candidate's own tokens."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from models.checkpoint import Checkpoint
from models.tokens import Vocabulary
from scenarios.scenario import Request, Tolerance
from search.value import Value


class Answer(Value):
    """What a candidate said to one request."""

    prompt_ids: tuple[int, ...]
    """As the harness computes them; see `prompt_ids`."""
    output_ids: tuple[int, ...]
    """Every token that was generated, the closing one too when it is reported."""
    text: str
    finish_reason: str | None
    claimed_prompt_ids: tuple[int, ...] | None = None
    """As the candidate reported them; None when it did not."""
    temperature: float = 0.0
    top_p: float = 1.0
    top: tuple[Mapping[int, float], ...] | None = None
    """Per output token, natural log-probabilities that the candidate reported by token id; None when none were asked for."""


class Judgement(Value):
    """What the reference found in one answer."""

    agreed: bool
    tokens: int
    """Output tokens looked at."""
    position: int | None = None
    """Of the first output token that is wrong."""
    reason: str | None = None
    """One line for a person; None when agreed."""
    worst_gap: float
    """The most that an emitted token lies below the reference's best, in logits."""
    kl: float | None = None
    """Mean divergence in nats per token where log-probabilities were reported; a lower bound."""
    top1: float
    """Share of tokens that are the reference's own choice."""


class Lossless(Value):
    """Each greedy token is the reference's best within the margin."""

    kind: Literal["lossless"] = "lossless"
    margin: float


class Bounded(Value):
    """All answers judged together stay within a stated distance of the reference."""

    kind: Literal["bounded"] = "bounded"
    margin: float
    tolerance: Tolerance


Policy = Lossless | Bounded


class ReferenceFailed(RuntimeError):
    """The reference process could not start or died: our fault or the machine's, never the candidate's."""


class Reference:
    """The trusted implementation in a child process that lives as long as this object; one call at a time, others wait."""

    @classmethod
    async def start(cls, checkpoint: Checkpoint, *, threads: int, log: Path | None = None) -> Self:
        """Loads the checkpoint in fp32; raises `ReferenceFailed`."""
        raise NotImplementedError

    async def judge(self, answers: Sequence[Answer], policy: Policy) -> list[Judgement]:
        """One judgement per answer, in order. Under `Bounded` the answers of one call are judged together."""
        raise NotImplementedError

    async def close(self) -> None:
        """Ends the child."""
        raise NotImplementedError


def prompt_ids(request: Request, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The ids that a right server feeds its model for this request."""
    if request.endpoint == "/v1/chat/completions":
        return tuple(vocabulary.chat_prompt([{"role": message.role, "content": message.content} for message in request.messages]))
    return tuple(vocabulary.encode(request.prompt)) if isinstance(request.prompt, str) else request.prompt


def check_shape(request: Request, answer: Answer, vocabulary: Vocabulary) -> str | None:
    """What is wrong with an answer that needs no model to see, in one line; None when nothing is."""
    raise NotImplementedError
