"""Whether an answer is right: its form by itself, its tokens by what the reference says of them. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import JsonValue

from models.grammar import FORBIDDEN
from models.speech import Speech
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
    speech: Speech | None = None
    """What was heard, where the answer is a transcript; `prompt_ids` are none then."""
    heard_samples: int = 0
    temperature: float = 0.0
    top_p: float = 1.0
    top: tuple[Mapping[int, float], ...] | None = None
    """Per output token, natural log-probabilities that the candidate reported by token id; None when none were asked for."""
    json_schema: Mapping[str, JsonValue] | None = None
    """Its grammar says at each place which tokens may be chosen at all."""


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

LOGPROB_ERROR = 0.01
"""What reported log-probabilities may be off under `Lossless`, besides the margin: some servers round them."""
NUCLEUS_ROUNDING = 1e-4
FALSE_ALARMS = 1e-4
"""How often honest sampling is accused at most, per answer and once more per call: each piece of evidence has the mean 1 under it, so by
Markov's inequality their average exceeds 1 over this rate no oftener (Ville 1939; Vovk and Wang 2021, "E-values"). It holds for every
model and length; measured, it is seven and more times rarer (benchmarks/verification)."""
SUM_ERROR = 0.01
"""By how much reported probabilities may add up to more than 1."""


def nucleus_slack(policy: Policy) -> float:
    """Probability by which the edge of the nucleus may lie elsewhere: rounding; under `Bounded` twice what Pinsker's inequality grants."""
    return NUCLEUS_ROUNDING if isinstance(policy, Lossless) else NUCLEUS_ROUNDING + 2 * math.sqrt(policy.tolerance.mean_kl / 2)


def surprise_drift(policy: Policy) -> float:
    """How far the mean surprise of a token may lie elsewhere, in its standard deviations: for a distribution at a small divergence its
    square is at most about twice the divergence (through chi-squared)."""
    return 0.0 if isinstance(policy, Lossless) else math.sqrt(2 * policy.tolerance.mean_kl)


class Sampled(Value):
    """The evidence that an answer was drawn otherwise than temperature and top_p ask, which multiplies over its tokens."""

    evidence: Mapping[float, float]
    """Natural logarithm by tilt: under a negative tilt too likely tokens are evidence, under a positive one too unlikely ones."""
    spread: float
    """Standard deviations of the tokens' surprise, summed."""
    excluded: int | None
    """Position of the first token that top_p leaves out."""

    def weigh(self, *, drift: float) -> tuple[float, float]:
        """The logarithm of the average evidence, and the tilt that weighs most. `drift` is how far the mean surprise of a token may lie
        elsewhere, in its standard deviations."""
        weights = {tilt: found - abs(tilt) * self.spread * drift for tilt, found in self.evidence.items()}
        heaviest = max(weights, key=lambda tilt: weights[tilt])
        most = weights[heaviest]
        return most + math.log(math.fsum(math.exp(weight - most) for weight in weights.values()) / len(weights)), heaviest


class Told(Value):
    """What the reference says of one answer, per output token."""

    gaps: tuple[float, ...]
    """Logits by which the emitted token lies below the best."""
    choices: tuple[int, ...]
    logprobs: tuple[float, ...]
    """Of the emitted tokens, natural."""
    kl: float | None = None
    logprob_error: float = 0.0
    """The most that a reported log-probability is off."""
    sampled: Sampled | None = None


def prompt_ids(request: Request, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The ids that a right server feeds its model for this request."""
    if request.endpoint == "/v1/chat/completions":
        return tuple(vocabulary.chat_prompt([{"role": message.role, "content": message.content} for message in request.messages]))
    if request.speech is not None:
        return ()
    return tuple(vocabulary.encode(request.prompt)) if isinstance(request.prompt, str) else request.prompt


def check_shape(request: Request, answer: Answer, vocabulary: Vocabulary) -> str | None:
    """What is wrong with an answer that needs no model to see, in one line; None when nothing is."""
    return (
        _check_prompt(answer)
        or _check_ids(answer, vocabulary)
        or _check_ending(request, answer, vocabulary)
        or _check_text(request, answer, vocabulary)
        or _check_logprobs(request, answer)
    )


def judgement(answer: Answer, told: Told, policy: Policy) -> Judgement:
    """One answer in the light of the reference's figures; under `Bounded` only its worst gap can condemn it alone."""
    limit = policy.margin if isinstance(policy, Lossless) else policy.tolerance.worst_gap
    position, reason = _first_fault(answer, told, limit, surprise_drift(policy))
    if position is None and isinstance(policy, Lossless) and told.logprob_error > LOGPROB_ERROR + policy.margin:
        position, reason = 0, f"a reported log-probability is off by {told.logprob_error:.3g}"
    return Judgement(
        agreed=position is None,
        tokens=len(answer.output_ids),
        position=position,
        reason=reason,
        worst_gap=max(told.gaps),
        kl=told.kl,
        top1=sum(gap <= 0 for gap in told.gaps) / len(told.gaps),
    )


def judge_together(answers: Sequence[Answer], judged: Sequence[Judgement], tolerance: Tolerance) -> list[Judgement]:
    """Under `Bounded`: when all greedy answers together are too far from the reference, each is wrong for that reason."""
    judgements = [each for answer, each in zip(answers, judged, strict=True) if answer.temperature == 0]
    tokens = sum(each.tokens for each in judgements)
    if not tokens:
        return list(judged)
    top1 = sum(each.top1 * each.tokens for each in judgements) / tokens
    told = [(each.kl, each.tokens) for each in judgements if each.kl is not None]
    kl = sum(kl * count for kl, count in told) / sum(count for _, count in told) if told else 0.0
    reason = None
    if top1 < tolerance.top1_agreement:
        reason = f"{top1:.1%} of {tokens} tokens are the reference's choice, fewer than the allowed {tolerance.top1_agreement:.1%}"
    elif kl > tolerance.mean_kl:
        reason = f"the distributions differ by {kl:.4f} nats per token, more than the allowed {tolerance.mean_kl}"
    if reason is None:
        return list(judged)
    wrong = [each.model_copy(update={"agreed": False, "reason": each.reason or reason, "position": each.position or 0}) for each in judged]
    return [new if answer.temperature == 0 else old for answer, new, old in zip(answers, wrong, judged, strict=True)]


def judge_sampled_together(judged: Sequence[Judgement], told: Sequence[Told], policy: Policy) -> list[Judgement]:
    """Evidence multiplies over independent answers: a temperature that is off by a fifth shows in several answers, not in one."""
    sampled = [one.sampled for one in told if one.sampled is not None]
    if len(sampled) < 2:
        return list(judged)
    tilts = sampled[0].evidence
    pooled = Sampled(
        evidence={tilt: math.fsum(one.evidence[tilt] for one in sampled) for tilt in tilts},
        spread=math.fsum(one.spread for one in sampled),
        excluded=None,
    )
    reason = _evidence_fault(pooled, f"{len(sampled)} answers as they ask", drift=surprise_drift(policy))
    if reason is None:
        return list(judged)
    wrong = [each.model_copy(update={"agreed": False, "reason": each.reason or reason, "position": each.position or 0}) for each in judged]
    return [new if one.sampled is not None else old for one, new, old in zip(told, wrong, judged, strict=True)]


def _first_fault(answer: Answer, told: Told, limit: float, drift: float) -> tuple[int | None, str | None]:
    """A greedy token must be the reference's best within the limit; sampled ones must be as surprising as sampling makes them."""
    if told.sampled is not None:
        return _sampling_fault(answer, told.sampled, drift=drift)
    for position, (gap, choice) in enumerate(zip(told.gaps, told.choices, strict=True)):
        if not gap <= limit:
            emitted = answer.output_ids[position]
            if gap >= FORBIDDEN:
                return position, f"token {position} is {emitted}, which the schema does not allow there; the choice is {choice}"
            below = f"{gap:.3g} logits below the reference's choice {choice} (margin {limit:.3g})"
            return position, f"token {position} is {emitted}, which lies {below}"
    return None, None


def _sampling_fault(answer: Answer, sampled: Sampled, *, drift: float) -> tuple[int | None, str | None]:
    asked = f"temperature {answer.temperature:g} and top_p {answer.top_p:g}"
    if sampled.excluded is not None:
        return sampled.excluded, f"token {sampled.excluded} is {answer.output_ids[sampled.excluded]}, which {asked} leave out"
    reason = _evidence_fault(sampled, f"with {asked}", drift=drift)
    return (0, reason) if reason else (None, None)


def _evidence_fault(sampled: Sampled, asked: str, *, drift: float) -> str | None:
    weight, tilt = sampled.weigh(drift=drift)
    if weight <= -math.log(FALSE_ALARMS):
        return None
    how = "likelier" if tilt < 0 else "less likely"
    return f"the tokens are {how} than sampling {asked} makes them (honest sampling: less than once in e^{weight:.0f} times)"


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
    if _holds_stop(request, vocabulary.decode(ids[:-1])):
        return "the answer goes on after a stop string"
    closed = not request.ignore_eos and ids[-1] in vocabulary.eos_ids
    stopped = _holds_stop(request, vocabulary.decode(ids))
    if answer.finish_reason == "stop" and not closed and not stopped:
        return f"finish_reason is stop after {count} tokens, but neither a closing token nor a stop string is there"
    if answer.finish_reason == "length" and count < request.max_tokens:
        return f"finish_reason is length after {count} of {request.max_tokens} tokens"
    if answer.finish_reason == "length" and (closed or stopped):
        return f"finish_reason is length, but the answer ends with {'its closing token' if closed else 'a stop string'}"
    if answer.finish_reason not in ("stop", "length"):
        return f"finish_reason is {answer.finish_reason!r}, not stop or length"
    return None


def _holds_stop(request: Request, text: str) -> bool:
    return any(word in text for word in request.stop)


def _check_logprobs(request: Request, answer: Answer) -> str | None:
    """There for each token, at least half of the alternatives (several tokens may share a text), and those of a distribution."""
    if request.logprobs is None:
        return None
    if answer.top is None or len(answer.top) != len(answer.output_ids):
        return "log-probabilities were asked for and are not there for each token"
    for position, top in enumerate(answer.top):
        if len(top) < request.logprobs / 2:
            return f"token {position} comes with {len(top)} log-probabilities where {request.logprobs} were asked for"
        if max(top.values()) > SUM_ERROR or math.fsum(map(math.exp, top.values())) > 1 + SUM_ERROR:
            return f"the log-probabilities of token {position} are those of no distribution"
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
