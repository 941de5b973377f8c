"""Properties of answers to requests with a prediction: it may save time, it never changes an answer, and what came true of it is told."""

import asyncio

from pydantic import JsonValue

from activities.evaluation.answers import Answered, show
from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import Probe, Violation

_CHAT = "/v1/chat/completions"
_TOKENS = 24
_BROKEN: tuple[JsonValue, ...] = ("once", {"type": "content"}, {"type": "content", "content": 5}, {"type": "wish", "content": "once"})


async def predictions_change_no_answer(probe: Probe) -> None:
    """Right, wrong, half right, longer than the answer, empty: the answer is the model's own."""
    plain = await probe.ask(probe.chat(max_tokens=_TOKENS))
    said = plain.exchange.text
    half = said[: len(said) // 2] + probe.text()
    asked = [plain.request.model_copy(update={"prediction": text, "stream": True}) for text in (said, half, probe.text(), said + half, "")]
    for answered in await asyncio.gather(*map(probe.ask, asked)):
        await probe.same(plain, answered, reason="with a prediction the answer is another one")


async def predictions_are_accounted_for(probe: Probe) -> None:
    """Usage tells how many tokens of a prediction were accepted and rejected."""
    asked = probe.chat(max_tokens=_TOKENS).model_copy(update={"prediction": probe.text()})
    answered = await probe.ask(asked)
    usage = answered.exchange.usage
    if usage is None or usage.completion_tokens_details is None:
        raise Violation("usage has no completion_tokens_details for a request with a prediction", show(answered))


async def sampled_answers_ignore_their_prediction(probe: Probe) -> None:
    """At a temperature, tokens are drawn as without one."""
    hot = probe.chat(max_tokens=_TOKENS).model_copy(update={"temperature": 1.0, "prediction": probe.text()})
    answers: list[Answered] = [await probe.ask(hot.model_copy(update={"seed": probe.random.getrandbits(31)})) for _ in range(2)]
    await probe.right(answers, reason="a sampled answer to a request with a prediction is wrong")


async def broken_predictions_are_refused(probe: Probe) -> None:
    """Fields of another form than OpenAI's."""
    for prediction in _BROKEN:
        await probe.refused(_CHAT, {"messages": [{"role": "user", "content": "once"}], "max_tokens": 2, "prediction": prediction})


CHECKS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            predictions_change_no_answer,
            predictions_are_accounted_for,
            sampled_answers_ignore_their_prediction,
            broken_predictions_are_refused,
        ),
    )
)
