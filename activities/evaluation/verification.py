"""Whether an answer is right: its form by itself, its tokens by what the reference says of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

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

IMPOSSIBLE_LOGPROB = -25.0
"""A token that a sampler draws less than once in 70 billion tokens; no honest one does."""


class Told(Value):
    """What the reference says of one answer, per output token."""

    gaps: tuple[float, ...]
    """Logits by which the emitted token lies below the best."""
    choices: tuple[int, ...]
    logprobs: tuple[float, ...]
    """Of the emitted tokens, natural."""
    kl: float | None = None


def prompt_ids(request: Request, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The ids that a right server feeds its model for this request."""
    if request.endpoint == "/v1/chat/completions":
        return tuple(vocabulary.chat_prompt([{"role": message.role, "content": message.content} for message in request.messages]))
    return tuple(vocabulary.encode(request.prompt)) if isinstance(request.prompt, str) else request.prompt


def check_shape(request: Request, answer: Answer, vocabulary: Vocabulary) -> str | None:
    """What is wrong with an answer that needs no model to see, in one line; None when nothing is."""
    checks = (
        _check_prompt(answer),
        _check_ids(answer, vocabulary),
        _check_ending(request, answer, vocabulary),
        _check_text(request, answer, vocabulary),
    )
    return next((fault for fault in checks if fault), None)


def judgement(answer: Answer, told: Told, policy: Policy) -> Judgement:
    """One answer in the light of the reference's figures; under `Bounded` only its worst gap can condemn it alone."""
    limit = policy.margin if isinstance(policy, Lossless) else policy.tolerance.worst_gap
    position, reason = _first_fault(answer, told, limit)
    return Judgement(
        agreed=position is None,
        tokens=len(answer.output_ids),
        position=position,
        reason=reason,
        worst_gap=max(told.gaps),
        kl=told.kl,
        top1=sum(gap <= 0 for gap in told.gaps) / len(told.gaps),
    )


def judge_together(judgements: Sequence[Judgement], tolerance: Tolerance) -> list[Judgement]:
    """Under `Bounded`: when all answers together are too far from the reference, each is wrong for that reason."""
    tokens = sum(each.tokens for each in judgements)
    if not tokens:
        return list(judgements)
    top1 = sum(each.top1 * each.tokens for each in judgements) / tokens
    told = [(each.kl, each.tokens) for each in judgements if each.kl is not None]
    kl = sum(kl * count for kl, count in told) / sum(count for _, count in told) if told else 0.0
    reason = None
    if top1 < tolerance.top1_agreement:
        reason = f"{top1:.1%} of {tokens} tokens are the reference's choice, fewer than the allowed {tolerance.top1_agreement:.1%}"
    elif kl > tolerance.mean_kl:
        reason = f"the distributions differ by {kl:.4f} nats per token, more than the allowed {tolerance.mean_kl}"
    if reason is None:
        return list(judgements)
    return [
        each.model_copy(update={"agreed": False, "reason": each.reason or reason, "position": each.position or 0}) for each in judgements
    ]


def _first_fault(answer: Answer, told: Told, limit: float) -> tuple[int | None, str | None]:
    """A greedy token must be the reference's best within the limit; a sampled one must be possible at all."""
    for position, (gap, choice, logprob) in enumerate(zip(told.gaps, told.choices, told.logprobs, strict=True)):
        emitted = answer.output_ids[position]
        if answer.temperature == 0 and gap > limit:
            return (
                position,
                f"token {position} is {emitted}, which lies {gap:.3g} logits below the reference's choice {choice} (margin {limit:.3g})",
            )
        if answer.temperature > 0 and logprob < IMPOSSIBLE_LOGPROB * max(1.0, answer.temperature):
            return position, f"token {position} is {emitted}, which has a log-probability of {logprob:.1f} under the reference"
    return None, None


def _check_prompt(answer: Answer) -> str | None:
    if answer.claimed_prompt_ids is not None and answer.claimed_prompt_ids != answer.prompt_ids:
        return (
            f"prompt_token_ids are not those of the prompt: {len(answer.claimed_prompt_ids)} ids where {len(answer.prompt_ids)} are right"
        )
    return None


def _check_ids(answer: Answer, vocabulary: Vocabulary) -> str | None:
    if not answer.output_ids:
        return "the answer has no tokens"
    outside = [token for token in answer.output_ids if not 0 <= token < vocabulary.size]
    return f"token id {outside[0]} is outside the vocabulary of {vocabulary.size}" if outside else None


def _check_ending(request: Request, answer: Answer, vocabulary: Vocabulary) -> str | None:
    count, ids = len(answer.output_ids), answer.output_ids
    if count > request.max_tokens:
        return f"{count} tokens where max_tokens is {request.max_tokens}"
    early = next((place for place, token in enumerate(ids) if token in vocabulary.eos_ids), None)
    if not request.ignore_eos and early is not None and early < count - 1:
        return f"the answer goes on after the closing token at position {early}"
    closed = not request.ignore_eos and ids[-1] in vocabulary.eos_ids
    stopped = bool(request.stop) and any(word in vocabulary.decode(ids) for word in request.stop)
    if answer.finish_reason == "stop" and not closed and not stopped:
        return f"finish_reason is stop after {count} tokens, but neither a closing token nor a stop string is there"
    if answer.finish_reason == "length" and count < request.max_tokens:
        return f"finish_reason is length after {count} of {request.max_tokens} tokens"
    if answer.finish_reason == "length" and closed:
        return "finish_reason is length, but the answer closes with its closing token"
    if answer.finish_reason not in ("stop", "length"):
        return f"finish_reason is {answer.finish_reason!r}, not stop or length"
    return None


def _check_text(request: Request, answer: Answer, vocabulary: Vocabulary) -> str | None:
    """The text is what the ids decode to, cut before the first stop string."""
    right = vocabulary.decode(answer.output_ids)
    cuts = [right.find(word) for word in request.stop if word in right]
    if cuts:
        right = right[: min(cuts)]
    if answer.text in (right, right.removesuffix("\N{REPLACEMENT CHARACTER}")):
        return None
    return f"the text is not what the token ids decode to: {answer.text[:60]!r} where {right[:60]!r} is right"
