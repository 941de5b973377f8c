"""Properties of sampled answers and of reported log-probabilities."""

import math
from itertools import pairwise

from activities.evaluation.answers import Answered, show
from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import Probe, Violation
from activities.evaluation.exchange import Likelihood
from scenarios.scenario import Request

_TOKENS = 16
_HOT = 1.5
_SEEDS = 5
_ALTERNATIVES = 3
_ROUNDING = 1e-4


async def equal_seeds_give_equal_answers(probe: Probe) -> None:
    """A seed makes sampling at temperature 1 reproducible."""
    request = probe.chat(max_tokens=_TOKENS).model_copy(update={"temperature": 1.0, "seed": probe.random.getrandbits(31)})
    first, second = await probe.ask(request), await probe.ask(request)
    if first.exchange.token_ids != second.exchange.token_ids:
        raise Violation("the same seed gives different answers", show(first) + show(second))


async def different_seeds_give_different_answers(probe: Probe) -> None:
    """At a high temperature not all of five seeds agree on 24 tokens, unless the temperature is ignored."""
    request = probe.completion(max_tokens=_TOKENS).model_copy(update={"temperature": _HOT})
    answers = [await probe.ask(request.model_copy(update={"seed": seed})) for seed in probe.random.sample(range(1 << 31), _SEEDS)]
    _differ(answers, "seeds")


async def sampling_without_a_seed_varies(probe: Probe) -> None:
    """A server that samples draws anew each time."""
    request = probe.chat(max_tokens=_TOKENS).model_copy(update={"temperature": _HOT})
    _differ([await probe.ask(request) for _ in range(_SEEDS)], "draws without a seed")


async def a_tiny_top_p_is_greedy(probe: Probe) -> None:
    """With top_p near zero only the best token is left, whatever the temperature."""
    request = probe.completion()
    narrow = request.model_copy(update={"temperature": 1.0, "top_p": 1e-6, "seed": 1})
    sampled = await probe.ask(narrow)
    await probe.same(await probe.ask(request), Answered(request, sampled.exchange), reason="with top_p 0.000001 the answer is not greedy")


async def completion_logprobs_are_plausible(probe: Probe) -> None:
    """Natural logarithms of probabilities, one per token, the alternatives in order."""
    await _likely(probe, probe.completion())
    await _likely(probe, probe.completion(stream=True))


async def chat_logprobs_are_plausible(probe: Probe) -> None:
    """The same in the form of chat answers."""
    await _likely(probe, probe.chat())
    await _likely(probe, probe.chat(stream=True))


async def _likely(probe: Probe, request: Request) -> None:
    answered = await probe.ask(request.model_copy(update={"logprobs": _ALTERNATIVES}))
    found = answered.exchange.likelihoods
    if found is None or len(found) != len(answered.exchange.token_ids):
        told = "no logprobs" if found is None else f"{len(found)} logprobs for {len(answered.exchange.token_ids)} tokens"
        raise Violation(told, show(answered))
    for place, one in enumerate(found):
        wrong = _implausible(one)
        if wrong:
            raise Violation(f"token {place}: {wrong}", f"{one}\n{show(answered)}")


def _implausible(one: Likelihood) -> str | None:
    """A greedy token is the best of its alternatives, and probabilities add up to at most 1. Alternatives whose texts are equal may
    be told as one."""
    top = sorted((logprob for _, logprob in one.top), reverse=True)
    if not 1 <= len(top) <= _ALTERNATIVES + 1:
        return f"{len(top)} alternatives where {_ALTERNATIVES} were asked for"
    if max(*top, one.logprob) > _ROUNDING or sum(map(math.exp, top)) > 1 + _ROUNDING:
        return "the log-probabilities are those of no distribution"
    if any(not math.isfinite(high - low) for high, low in pairwise(top)) or one.logprob < top[0] - _ROUNDING:
        return f"the greedy token's log-probability {one.logprob:.4f} is not the best of {top[0]:.4f}"
    return None


def _differ(answers: list[Answered], what: str) -> None:
    if len({answered.exchange.token_ids for answered in answers}) == 1:
        raise Violation(f"{len(answers)} {what} at temperature {_HOT} all give the same answer", show(answers[0]) + show(answers[1]))


CHECKS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            equal_seeds_give_equal_answers,
            different_seeds_give_different_answers,
            sampling_without_a_seed_varies,
            a_tiny_top_p_is_greedy,
            completion_logprobs_are_plausible,
            chat_logprobs_are_plausible,
        ),
    )
)
