"""Properties of refusals: what is no valid request is answered by a 4xx with OpenAI's error object, and harms nobody."""

import asyncio
from collections.abc import Mapping

from pydantic import JsonValue

from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import Probe

_COMPLETIONS = "/v1/completions"
_CHAT = "/v1/chat/completions"
_GOOD_PROMPT: Mapping[str, JsonValue] = {"prompt": "once", "max_tokens": 2}
_GOOD_CHAT: Mapping[str, JsonValue] = {"messages": [{"role": "user", "content": "once"}], "max_tokens": 2}
_WRONG_PROMPTS: tuple[JsonValue, ...] = (7, {"a": 1}, ["once", 1], [-1], [1 << 40])
_WRONG_MESSAGES: tuple[JsonValue, ...] = ("once", [1], [{"content": "once"}], [{"role": "user", "content": 5}])
_TOOLS: JsonValue = [{"type": "function", "function": {"name": "a", "parameters": {}}}]


async def malformed_json_is_refused(probe: Probe) -> None:
    """Bytes that are no JSON, or no object."""
    for path in (_COMPLETIONS, _CHAT):
        for body in (b'{"prompt": "once"', b"\xff\xfe", b"[]", b'"once"', b""):
            await probe.refused(path, body)


async def a_missing_prompt_is_refused(probe: Probe) -> None:
    """Nothing to answer to."""
    await probe.refused(_COMPLETIONS, {"max_tokens": 2})
    await probe.refused(_CHAT, {"max_tokens": 2})
    await probe.refused(_CHAT, {"messages": [], "max_tokens": 2})


async def wrong_types_are_refused(probe: Probe) -> None:
    """Fields of another type than OpenAI's."""
    for wrong in _WRONG_PROMPTS:
        await probe.refused(_COMPLETIONS, {**_GOOD_PROMPT, "prompt": wrong})
    for other in _WRONG_MESSAGES:
        await probe.refused(_CHAT, {**_GOOD_CHAT, "messages": other})
    for field in ({"max_tokens": "two"}, {"temperature": "hot"}, {"stream": "yes"}, {"stop": 5}, {"seed": "x"}):
        await probe.refused(_CHAT, {**_GOOD_CHAT, **field})


async def numbers_out_of_range_are_refused(probe: Probe) -> None:
    """Counts below one, temperatures and shares beyond their ranges."""
    for wrong in ({"max_tokens": -1}, {"max_tokens": 0}, {"temperature": -0.5}, {"top_p": 1.5}, {"logprobs": -2}):
        await probe.refused(_COMPLETIONS, {**_GOOD_PROMPT, **wrong})


async def a_request_beyond_the_context_is_refused(probe: Probe) -> None:
    """A prompt longer than the model's context, and one that leaves no room for the tokens asked for."""
    context = probe.ground.checkpoint.context_tokens
    for length, tokens in ((context + 1, 1), (context // 2, context)):
        prompt: JsonValue = [1 for _ in range(length)]
        await probe.refused(_COMPLETIONS, {"prompt": prompt, "max_tokens": tokens})


async def several_answers_are_refused(probe: Probe) -> None:
    """`n` above one is not part of the contract."""
    await probe.refused(_COMPLETIONS, {**_GOOD_PROMPT, "n": 2})
    await probe.refused(_CHAT, {**_GOOD_CHAT, "n": 2})


async def tools_are_refused(probe: Probe) -> None:
    """Better refused than ignored."""
    await probe.refused(_CHAT, {**_GOOD_CHAT, "tools": _TOOLS})


async def unknown_paths_are_not_found(probe: Probe) -> None:
    """Neither a crash nor an answer."""
    reply = await probe.send("/v1/nothing", dict(_GOOD_CHAT))
    if reply.status != 404:
        reply.blame(f"an unknown path answers {reply.status}, not 404")


async def bad_requests_harm_no_other(probe: Probe) -> None:
    """A good answer comes whole while bad requests arrive."""
    good = probe.ask(probe.chat(stream=True))
    bad = (probe.send(_CHAT, b"{"), probe.send(_CHAT, {**_GOOD_CHAT, "n": 5}), probe.send(_COMPLETIONS, {**_GOOD_PROMPT, "prompt": -1}))
    answered, *_ = await asyncio.gather(good, *bad)
    await probe.right([answered], reason="an answer beside bad requests is wrong")


CHECKS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            malformed_json_is_refused,
            a_missing_prompt_is_refused,
            wrong_types_are_refused,
            numbers_out_of_range_are_refused,
            a_request_beyond_the_context_is_refused,
            several_answers_are_refused,
            tools_are_refused,
            unknown_paths_are_not_found,
            bad_requests_harm_no_other,
        ),
    )
)
