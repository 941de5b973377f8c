"""A real HTTP server that speaks OpenAI's chat completions from a script: what it says, and every way in which it can fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Says:
    """A reply: a text, calls of tools as name and arguments, and why it ended."""

    text: str = ""
    calls: Sequence[tuple[str, Any]] = ()
    """Arguments that are a text are sent as they are, well formed or not."""
    finish: str = ""
    refusal: str | None = None
    cached_tokens: int = 0
    delay_seconds: float = 0.0
    wait: asyncio.Event | None = None
    """Answers only when it is set."""

    @property
    def reason(self) -> str:
        """The finish reason."""
        return self.finish or ("tool_calls" if self.calls else "stop")


@dataclass(frozen=True)
class Fails:
    """An error in place of a reply."""

    status: int
    message: str = "scripted"
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Drops:
    """The connection breaks in the middle of a reply."""

    text: str = "I was about to"


Answer = Says | Fails | Drops
Script = Callable[[Mapping[str, Any]], Answer]


class ModelServer:
    """Answers by a script, and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.url = ""
        self.asked: list[Mapping[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """`POST /v1/chat/completions`."""
        asked = await request.json()
        _check(asked)
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        answer = self.script(asked)
        match answer:
            case Fails():
                error = {"error": {"message": answer.message, "type": "scripted", "code": answer.code or None}}
                return web.json_response(error, status=answer.status, headers=dict(answer.headers))
            case Drops():
                return await _dropped(request, answer)
            case Says():
                await asyncio.sleep(answer.delay_seconds)
                if answer.wait:
                    await answer.wait.wait()
                return await _streamed(request, asked, answer) if asked.get("stream") else web.json_response(_whole(asked, answer))


@asynccontextmanager
async def model_server(script: Script | Sequence[Answer]) -> AsyncIterator[ModelServer]:
    """On a free port of this machine. A sequence is said answer by answer, the last one for ever."""
    server = ModelServer(script if callable(script) else _in_turn(script))
    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/v1/chat/completions", server.complete)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


def _in_turn(answers: Sequence[Answer]) -> Script:
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def _check(asked: Mapping[str, Any]) -> None:
    """As the real ones do: every call is answered before anything else is said."""
    open_calls: set[str] = set()
    for message in asked["messages"]:
        if message["role"] == "tool":
            open_calls.remove(message["tool_call_id"])
            continue
        assert not open_calls, f"calls without an answer: {open_calls}"
        open_calls = {call["id"] for call in message.get("tool_calls", ())}
        for call in message.get("tool_calls", ()):
            assert isinstance(call["function"]["arguments"], str)
    assert not open_calls, f"calls without an answer: {open_calls}"


def _calls(asked: Mapping[str, Any], answer: Says) -> list[dict[str, Any]]:
    turn = len(asked["messages"])
    return [
        {
            "id": f"call_{turn}_{index}",
            "type": "function",
            "function": {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)},
        }
        for index, (name, arguments) in enumerate(answer.calls)
    ]


def _usage(asked: Mapping[str, Any], answer: Says) -> dict[str, Any]:
    read, said = len(json.dumps(asked["messages"])) // 4, len(answer.text) // 4 + 10 * len(answer.calls) + 1
    return {
        "prompt_tokens": read,
        "completion_tokens": said,
        "total_tokens": read + said,
        "prompt_tokens_details": {"cached_tokens": answer.cached_tokens},
    }


def _whole(asked: Mapping[str, Any], answer: Says) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": answer.refusal}
    if answer.calls:
        message["tool_calls"] = _calls(asked, answer)
    return {
        **_frame(asked, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": answer.reason, "logprobs": None}],
        "usage": _usage(asked, answer),
    }


def _frame(asked: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 1, "model": asked["model"]}


async def _streamed(request: web.Request, asked: Mapping[str, Any], answer: Says) -> web.StreamResponse:
    response = await _begin(request)
    for delta in _deltas(asked, answer):
        await _event(response, asked, [{"index": 0, "delta": delta, "finish_reason": None}])
    await _event(response, asked, [{"index": 0, "delta": {}, "finish_reason": answer.reason}])
    if asked.get("stream_options", {}).get("include_usage"):
        await _event(response, asked, [], usage=_usage(asked, answer))
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


def _deltas(asked: Mapping[str, Any], answer: Says) -> list[dict[str, Any]]:
    """The text in two halves, each call's arguments in pieces of 7 characters, as real servers cut them anywhere."""
    half = len(answer.text) // 2
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": answer.text[:half]}, {"content": answer.text[half:]}]
    if answer.refusal:
        deltas.append({"refusal": answer.refusal})
    for index, call in enumerate(_calls(asked, answer)):
        arguments = call["function"]["arguments"]
        deltas.append({"tool_calls": [{**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}]})
        for start in range(0, len(arguments), 7):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": arguments[start : start + 7]}}]})
    return deltas


async def _dropped(request: web.Request, answer: Drops) -> web.StreamResponse:
    response = await _begin(request)
    asked = {"model": "scripted"}
    await _event(response, asked, [{"index": 0, "delta": {"role": "assistant", "content": answer.text}, "finish_reason": None}])
    assert request.transport is not None
    request.transport.abort()
    return response


async def _begin(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


async def _event(response: web.StreamResponse, asked: Mapping[str, Any], choices: list[Any], usage: Any = None) -> None:
    event = {**_frame(asked, "chat.completion.chunk"), "choices": choices, "usage": usage}
    await response.write(f"data: {json.dumps(event)}\n\n".encode())
