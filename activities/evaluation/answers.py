"""From what arrived to what is judged: an exchange becomes an answer, and answers become findings in words."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from activities.evaluation.client import encode
from activities.evaluation.exchange import Exchange, Likelihood
from activities.evaluation.gate import one_line
from activities.evaluation.ground import Ground
from activities.evaluation.verification import Answer, Judgement, Policy, check_shape, prompt_ids
from activities.evaluation.wire import TokenDetails
from models.tokens import Vocabulary
from scenarios.scenario import Request
from search.value import Value

_NAMED = "token_id:"
_SHOWN = 700


class Answered(NamedTuple):
    """One request and its answer."""

    request: Request
    exchange: Exchange


class Finding(Value):
    """One wrong answer in words."""

    reason: str
    evidence: str


class Findings(Value):
    """What was found in a number of answers."""

    wrong: tuple[Finding, ...]
    tokens: int
    """Output tokens that the reference agreed to."""


async def judge(ground: Ground, answered: Sequence[Answered], policy: Policy) -> Findings:
    """Checks form and shape without the model, then the tokens by the reference; an answer that fails the first is not judged
    further. Greedy answers are told first, since they name a token."""
    wrong = [finding for one in answered if (finding := find_fault(ground, one))]
    if wrong:
        return Findings(wrong=tuple(wrong), tokens=0)
    answers = [answer(one, ground.vocabulary) for one in answered]
    judgements = await ground.reference.judge(answers, policy) if answers else []
    pairs = sorted(zip(answered, judgements, strict=True), key=lambda pair: pair[0].request.temperature > 0)
    return Findings(
        wrong=tuple(_disagreement(one, judgement, ground) for one, judgement in pairs if not judgement.agreed),
        tokens=sum(judgement.tokens for judgement in judgements if judgement.agreed),
    )


def find_fault(ground: Ground, one: Answered) -> Finding | None:
    """What is wrong with an answer that needs no model to see."""
    vocabulary, told = ground.vocabulary, one.exchange
    fault = told.fault or check_shape(one.request, answer(one, vocabulary), vocabulary) or _usage_fault(one, vocabulary)
    fault = fault or ground.scenario.fault(one.request, told.text, told.finish_reason or "")
    return Finding(reason=one_line(fault), evidence=show(one)) if fault else None


def answer(one: Answered, vocabulary: Vocabulary) -> Answer:
    """The exchange as the reference judges it."""
    return Answer(
        prompt_ids=prompt_ids(one.request, vocabulary),
        output_ids=one.exchange.token_ids,
        text=one.exchange.text,
        finish_reason=one.exchange.finish_reason,
        claimed_prompt_ids=one.exchange.prompt_token_ids,
        temperature=one.request.temperature,
        top_p=one.request.top_p,
        top=_tops(one.exchange, vocabulary),
        json_schema=one.request.json_schema,
        speech=one.request.speech,
        heard_samples=one.request.heard_samples,
    )


def show(one: Answered) -> str:
    """A request and its answer, short enough for a report."""
    said = one.exchange.model_dump(mode="json", exclude={"arrivals", "likelihoods"}, exclude_none=True)
    asked = encode(one.request).decode()
    return f"POST {one.request.endpoint} {_short(asked)}\n-> {_short(json.dumps(said, ensure_ascii=False))}\n"


def _disagreement(one: Answered, judgement: Judgement, ground: Ground) -> Finding:
    reason = one_line(judgement.reason or "the reference disagrees")
    ids = one.exchange.token_ids
    place = judgement.position
    around = "" if place is None else f"tokens up to the first wrong one, number {place}: {list(ids[max(0, place - 8) : place + 1])}\n"
    told = (
        f"{reason}\nworst gap {judgement.worst_gap:.3g} logits, margin {ground.policy.margin:.3g}, top-1 agreement {judgement.top1:.1%}\n"
    )
    return Finding(reason=reason, evidence=told + around + show(one))


def _usage_fault(one: Answered, vocabulary: Vocabulary) -> str | None:
    """Usage is optional in a stream; where it is told it must be true, and say how much of a prediction came true."""
    exchange, usage = one.exchange, one.exchange.usage
    if usage is None or exchange.prompt_token_ids is None:
        return None
    told = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    true = (len(exchange.prompt_token_ids), len(exchange.token_ids), len(exchange.prompt_token_ids) + len(exchange.token_ids))
    if told != true:
        return f"usage says {told} prompt, completion and total tokens where there are {true}"
    if one.request.prediction is None or usage.completion_tokens_details is None:
        return None
    return _prediction_fault(usage.completion_tokens_details, _predicted(one.request, vocabulary), len(exchange.token_ids))


def _predicted(request: Request, vocabulary: Vocabulary) -> int:
    """Tokens of the prediction."""
    return len(vocabulary.split(request.prediction) if isinstance(request.prediction, str) else request.prediction or ())


def _prediction_fault(details: TokenDetails, predicted: int, made: int) -> str | None:
    accepted, rejected = details.accepted_prediction_tokens, details.rejected_prediction_tokens
    if 0 <= accepted <= made and rejected >= 0 and accepted + rejected == predicted:
        return None
    return f"usage says that {accepted} predicted tokens were accepted and {rejected} rejected, of {predicted}, in {made} tokens"


def _tops(exchange: Exchange, vocabulary: Vocabulary) -> tuple[Mapping[int, float], ...] | None:
    if exchange.likelihoods is None or len(exchange.likelihoods) != len(exchange.token_ids):
        return None
    return tuple(_top(one, number, vocabulary) for one, number in zip(exchange.likelihoods, exchange.token_ids, strict=True))


def _top(one: Likelihood, number: int, vocabulary: Vocabulary) -> Mapping[int, float]:
    """By token id; alternatives whose text several tokens share are left out."""
    known = {found: logprob for name, logprob in one.top if (found := _number(name, vocabulary)) is not None}
    return known | {number: one.logprob}


def _number(name: str, vocabulary: Vocabulary) -> int | None:
    digits = name.removeprefix(_NAMED)
    if digits != name and digits.isascii() and digits.isdigit() and len(digits) < 10:
        return int(digits)
    return vocabulary.id_of(name)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
