"""One stream of speech over a WebSocket: appends chunks when they are due, and records when each transcript arrives."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType
from pydantic import BaseModel, ConfigDict, ValidationError

from activities.evaluation.client import Clock, Recording
from activities.evaluation.exchange import Arrival, Exchange, Read
from activities.evaluation.wire import read_refusal
from models.speech import Samples
from scenarios.scenario import Request

PATH = "/v1/realtime"
Begin = Callable[[Request], Recording]
"""Makes the recording of what is asked with a chunk, at the moment at which it was due."""
Due = Callable[[int], Awaitable[bool]]
"""Waits until the chunk of that number is due; whether it still is to be sent."""

_MOST_BYTES = 1 << 20


class Delta(BaseModel):
    """What came back for a chunk: the transcript's change, and its whole text."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    type: str
    audio_samples: int
    keep_tokens: int
    token_ids: tuple[int, ...]
    text: str
    finish_reason: str


async def converse(
    session: ClientSession, chunks: Iterator[tuple[Request, Samples]], *, begin: Begin, due: Due, clock: Clock, limit_seconds: float
) -> list[Recording]:
    """One stream to its last transcript. A transcript that takes longer than the limit fails it, and so does one that nobody waits for."""
    recordings: list[Recording] = []
    pending: deque[Recording] = deque()
    try:
        async with session.ws_connect(PATH, max_msg_size=_MOST_BYTES, autoclose=True) as socket:
            sending = asyncio.create_task(_send(socket, chunks, recordings, pending, begin, due))
            try:
                await _receive(socket, sending, pending, clock, limit_seconds)
            finally:
                sending.cancel()
                await asyncio.wait([sending])
            if not sending.cancelled():
                sending.result()
    except (ClientError, OSError) as problem:
        _fail(recordings, pending, begin, chunks, f"the connection failed: {problem or type(problem).__name__}")
    return recordings


async def _send(
    socket: ClientWebSocketResponse,
    chunks: Iterator[tuple[Request, Samples]],
    recordings: list[Recording],
    pending: deque[Recording],
    begin: Begin,
    due: Due,
) -> None:
    for number, (request, piece) in enumerate(chunks):
        if not await due(number):
            return
        recording = begin(request)
        recording.before = recordings[-1] if recordings else None
        recordings.append(recording)
        pending.append(recording)
        await socket.send_str(append(piece, request.max_tokens))


async def _receive(
    socket: ClientWebSocketResponse, sending: "asyncio.Task[None]", pending: deque[Recording], clock: Clock, limit_seconds: float
) -> None:
    """Each message answers the oldest chunk that waits."""
    while pending or not sending.done():
        receiving = asyncio.create_task(socket.receive())
        waiting = {receiving} if sending.done() else {receiving, sending}
        done, _ = await asyncio.wait(waiting, timeout=limit_seconds, return_when=asyncio.FIRST_COMPLETED)
        if receiving not in done:
            receiving.cancel()
            with suppress(asyncio.CancelledError):
                await receiving
            if not done and pending:
                return _fail_all(pending, f"a transcript took longer than {limit_seconds:g} s")
            continue
        message = receiving.result()
        if message.type is not WSMsgType.TEXT:
            return _fail_all(pending, "the connection was closed before the last transcript")
        if not pending:
            raise ClientError("a transcript came before its audio")
        recording = pending.popleft()
        recording.reads.append(Read(clock(), message.data.encode()))
        recording.status, recording.ended = 200, clock()
    return None


def append(piece: Samples, max_tokens: int) -> str:
    """The event that appends a chunk."""
    audio = base64.b64encode(piece.astype("<i2").tobytes()).decode()
    return json.dumps({"type": "input_audio_buffer.append", "audio": audio, "max_tokens": max_tokens})


def read_delta(content: bytes, request: Request, before: tuple[int, ...]) -> Exchange:
    """The transcript after a chunk, from the one before it; never raises for what a server sends."""
    try:
        delta = Delta.model_validate_json(content)
    except ValidationError:
        refusal = read_refusal(content)
        told = f"the server reported an error: {refusal.message}" if refusal else f"no transcript.delta: {content[:120]!r}"
        return Exchange(status=200, refusal=refusal, fault=told)
    fault = None
    if delta.type != "transcript.delta":
        fault = f"an event of type {delta.type!r} where a transcript.delta is due"
    elif delta.audio_samples != request.heard_samples:
        fault = f"a transcript of {delta.audio_samples} samples where {request.heard_samples} were appended"
    elif not 0 <= delta.keep_tokens <= len(before):
        fault = f"keep_tokens is {delta.keep_tokens} where {len(before)} tokens were told"
    tokens = (*before[: max(delta.keep_tokens, 0)], *delta.token_ids)
    return Exchange(status=200, token_ids=tokens, text=delta.text, finish_reason=delta.finish_reason, fault=fault)


def understood(recording: Recording) -> Exchange:
    """What a recording of a chunk says, with its tokens counted as they arrived."""
    before = understood(recording.before).token_ids if recording.before is not None else ()
    if recording.failure is not None or not recording.reads:
        return Exchange(status=recording.status, fault=recording.failure or "no transcript arrived")
    read = recording.reads[0]
    exchange = read_delta(read.content, recording.request, before)
    return exchange.model_copy(update={"arrivals": (Arrival(read.at, len(exchange.token_ids)),)})


def _fail_all(pending: deque[Recording], reason: str) -> None:
    for recording in pending:
        recording.failure = reason
    pending.clear()


def _fail(
    recordings: list[Recording], pending: deque[Recording], begin: Begin, chunks: Iterator[tuple[Request, Samples]], why: str
) -> None:
    """Also a stream that never began has failed, with what its first chunk would have asked."""
    if not recordings and (first := next(chunks, None)):
        recordings.append(begin(first[0]))
    for recording in [one for one in recordings if one.ended is None] or recordings[-1:]:
        recording.failure = why
    pending.clear()
