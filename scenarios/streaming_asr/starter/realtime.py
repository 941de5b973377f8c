"""The WebSocket `/v1/realtime`: audio is appended, and each time what was said so far comes back as a change of what was told before."""

import asyncio
import base64
import binascii
import json
from typing import Any, Protocol

import numpy
from aiohttp import WSMsgType, web
from numpy.typing import NDArray
from tokenizers import Tokenizer

MOST_EVENT_BYTES = 16 * 2**20
MOST_SAMPLES = 16_000 * 60
FRAME_SAMPLES = 80
MOST_TOKENS = 1024

Audio = NDArray[numpy.float32]
Json = dict[str, Any]


class BadEvent(ValueError):
    """The client's fault: what is wrong with an event."""


class Hearing(Protocol):
    """One stream, as the engine keeps it."""

    async def hear(self, audio: Audio, max_tokens: int) -> tuple[list[int], bool]:
        """All tokens of what was said so far, and whether the model closed them; `audio` is what is new."""
        ...

    def close(self) -> None: ...


class Engine(Protocol):
    """What the route needs."""

    def open(self) -> Hearing: ...


def application(engine: Engine, tokenizer: Tokenizer) -> web.Application:
    """All routes of the server."""

    async def realtime(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=MOST_EVENT_BYTES, compress=False)
        if not socket.can_prepare(request):
            return web.json_response(refusal("this is a WebSocket"), status=400)
        await socket.prepare(request)
        hearing = engine.open()
        try:
            await converse(socket, hearing, tokenizer)
        finally:
            hearing.close()
        return socket

    app = web.Application(middlewares=[errors_as_objects])
    app.router.add_get("/health", health)
    app.router.add_get("/v1/realtime", realtime)
    return app


async def converse(socket: web.WebSocketResponse, hearing: Hearing, tokenizer: Tokenizer) -> None:
    """Events are answered in the order in which they came; a bad one is refused, and the stream goes on."""
    events: asyncio.Queue[str | None] = asyncio.Queue()
    answering = asyncio.create_task(answer(socket, events, hearing, tokenizer))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                events.put_nowait(message.data)
            elif message.type is WSMsgType.BINARY:
                events.put_nowait("")
        events.put_nowait(None)
        await answering
    finally:
        answering.cancel()
        await asyncio.wait([answering])


async def answer(socket: web.WebSocketResponse, events: "asyncio.Queue[str | None]", hearing: Hearing, tokenizer: Tokenizer) -> None:
    """One transcript for each chunk."""
    told: list[int] = []
    heard = 0
    while (event := await events.get()) is not None:
        try:
            audio, most = read_append(event, heard)
        except BadEvent as problem:
            await send(socket, {"type": "error", **refusal(str(problem))})
            continue
        heard += len(audio)
        tokens, closed = await hearing.hear(audio, most)
        keep = shared(told, tokens)
        delta = {"keep_tokens": keep, "token_ids": tokens[keep:], "text": tokenizer.decode(tokens)}
        finish = "stop" if closed else "length"
        await send(socket, {"type": "transcript.delta", "audio_samples": heard, **delta, "finish_reason": finish})
        told = tokens


async def send(socket: web.WebSocketResponse, event: Json) -> None:
    if not socket.closed:
        await socket.send_str(json.dumps(event))


def read_append(event: str, heard: int) -> tuple[Audio, int]:
    """The audio of an event, as numbers from -1 to 1, and how long the transcript may be."""
    try:
        body = json.loads(event)
    except (ValueError, RecursionError) as problem:
        raise BadEvent(f"the event is not valid JSON: {problem}") from problem
    if not isinstance(body, dict) or body.get("type") != "input_audio_buffer.append":
        raise BadEvent("an event must be an object of the type input_audio_buffer.append")
    most = body.get("max_tokens")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST_TOKENS:
        raise BadEvent(f"'max_tokens' must be an integer from 1 to {MOST_TOKENS}")
    try:
        content = base64.b64decode(body.get("audio"), validate=True)
    except (TypeError, ValueError, binascii.Error) as problem:
        raise BadEvent("'audio' must be base64 of 16-bit samples at 16 kHz") from problem
    if not content or len(content) % (2 * FRAME_SAMPLES):
        raise BadEvent(f"'audio' must hold whole frames of {FRAME_SAMPLES} samples of 16 bits")
    if heard + len(content) // 2 > MOST_SAMPLES:
        raise BadEvent(f"a stream holds at most {MOST_SAMPLES} samples")
    return numpy.frombuffer(content, "<i2").astype(numpy.float32) / 32768, most


def shared(one: list[int], other: list[int]) -> int:
    """How many tokens are equal from the start on."""
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def refusal(message: str) -> Json:
    """OpenAI's error object."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


async def health(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


@web.middleware
async def errors_as_objects(request: web.Request, handler: Any) -> web.StreamResponse:
    """Every refusal is OpenAI's error object."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        return web.json_response(refusal(problem.reason), status=problem.status)
