"""Properties of plain answers: both endpoints, streamed or whole, their length, their end, their counts."""

from collections.abc import Mapping

from pydantic import JsonValue

from activities.evaluation.answers import Answered, show
from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import TOKENS, Probe, Violation
from scenarios.scenario import Request

_STOP_TOKENS = 16
SAFE_IDS = (300, 1000)
"""Ids of whole words in every vocabulary, as the scenario's own questions use them."""


async def health_answers_200(probe: Probe) -> None:
    """It says that it can serve."""
    reply = await probe.send("/health", b"", method="GET")
    if reply.status != 200:
        reply.blame(f"GET /health answers {reply.status}")


async def whole_and_streamed_completions_agree(probe: Probe) -> None:
    """The same prompt gives the same tokens in both forms."""
    await _agree(probe, probe.completion())


async def whole_and_streamed_chats_agree(probe: Probe) -> None:
    """The same conversation gives the same tokens in both forms."""
    await _agree(probe, probe.chat())


async def prompts_of_token_ids_are_served(probe: Probe) -> None:
    """A prompt as ids is the prompt as text."""
    text = probe.completion()
    ids = text.model_copy(update={"prompt": tuple(probe.ground.vocabulary.encode(str(text.prompt)))})
    await probe.same(await probe.ask(text), await probe.ask(ids), reason="the same prompt as token ids is answered otherwise")


async def one_token_is_one_token(probe: Probe) -> None:
    """The shortest answer there is."""
    await probe.ask(probe.completion(max_tokens=1))
    await probe.ask(probe.chat(max_tokens=1, stream=True))


async def stop_strings_end_whole_answers(probe: Probe) -> None:
    """The text ends before the stop string, with finish_reason stop."""
    await _stops(probe, probe.completion(max_tokens=_STOP_TOKENS))


async def stop_strings_end_streamed_answers(probe: Probe) -> None:
    """The same where text that may belong to a stop string must be held back."""
    await _stops(probe, probe.chat(max_tokens=_STOP_TOKENS, stream=True))


async def the_longest_prompts_are_served(probe: Probe) -> None:
    """Longer than the workload's, up to its context, and answered as rightly as short ones: nothing is tuned to one length."""
    room = probe.ground.scale.context_tokens - TOKENS
    for length in (room, room - room // 4):
        prompt = tuple(probe.random.choices(range(*SAFE_IDS), k=length))
        answered = await probe.ask(probe.completion().model_copy(update={"prompt": prompt}))
        await probe.right([answered], reason=f"the answer to a prompt of {length} tokens is wrong")


async def usage_is_counted(probe: Probe) -> None:
    """A whole answer says how many tokens it took; that it says so truly is part of every check."""
    for request in (probe.completion(), probe.chat()):
        answered = await probe.ask(request)
        if answered.exchange.usage is None:
            raise Violation("a whole answer has no usage", show(answered))


async def plain_requests_have_the_form_of_openai(probe: Probe) -> None:
    """Without our extensions a client finds what OpenAI's library reads, and fields that nobody knows do no harm."""
    messages: JsonValue = [{"role": "user", "content": probe.text()}]
    asked: Mapping[str, JsonValue] = {"model": "default", "messages": messages, "max_tokens": TOKENS, "user": "a", "unheard_of": {"a": 1}}
    reply = await probe.send("/v1/chat/completions", asked)
    found = reply.document()
    if found.get("object") != "chat.completion" or not {"id", "created", "model", "choices", "usage"} <= found.keys():
        reply.blame("the answer lacks fields of OpenAI's chat.completion")


async def _agree(probe: Probe, whole: Request) -> None:
    streamed = whole.model_copy(update={"stream": True})
    answers = await probe.ask(whole), await probe.ask(streamed)
    await probe.same(*answers, reason="streamed and whole answers to the same request differ")


async def _stops(probe: Probe, request: Request) -> None:
    """Takes the stop string from the middle of the answer that comes without it."""
    free = await probe.ask(request)
    stop = _middle(free)
    if stop is None:
        return
    stopped = await probe.ask(request.model_copy(update={"stop": (stop,)}))
    shown = show(free) + show(stopped)
    if stop in stopped.exchange.text or stopped.exchange.finish_reason != "stop":
        raise Violation(f"the stop string {stop!r} does not end the answer", shown)
    due = free.exchange.text[: free.exchange.text.find(stop)]
    if stopped.exchange.text == due:
        return
    if stopped.exchange.token_ids == free.exchange.token_ids[: len(stopped.exchange.token_ids)]:
        raise Violation(f"the text before the stop string {stop!r} is not {due!r}", shown)
    await probe.right([free, stopped], reason="the answer with a stop string is another one")


def _middle(free: Answered) -> str | None:
    """Two characters from within the text; None where there are no such."""
    text = free.exchange.text.strip()
    place = len(text) // 2
    stop = text[place : place + 2]
    return stop if len(stop) == 2 and "\ufffd" not in stop else None


CHECKS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            health_answers_200,
            whole_and_streamed_completions_agree,
            whole_and_streamed_chats_agree,
            prompts_of_token_ids_are_served,
            one_token_is_one_token,
            the_longest_prompts_are_served,
            stop_strings_end_whole_answers,
            stop_strings_end_streamed_answers,
            usage_is_counted,
            plain_requests_have_the_form_of_openai,
        ),
    )
)
