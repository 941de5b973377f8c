"""Transcripts are understood as changes, count from when their audio was due, and cannot come before it."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from aiohttp import WSMsgType, web

from activities.evaluation.client import Recording, connected
from activities.evaluation.realtime import PATH, converse, read_delta, understood
from models.speech import Samples
from scenarios.scenario import Request

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


def asked(heard: int, number: int = 0) -> Request:
    return Request(number=number, endpoint="/v1/realtime", max_tokens=8, heard_samples=heard, stream=False)


def pieces(count: int) -> Iterator[tuple[Request, Samples]]:
    return iter([(asked(80 * (place + 1), place), np.zeros(80, np.int16)) for place in range(count)])


def delta(heard: int, *, keep: int = 0, tokens: tuple[int, ...] = (7,)) -> str:
    told = {"audio_samples": heard, "keep_tokens": keep, "token_ids": list(tokens), "text": "x", "finish_reason": "length"}
    return json.dumps({"type": "transcript.delta", **told})


@asynccontextmanager
async def server(talk: Talk, socket: Path) -> AsyncGenerator[None]:
    async def realtime(request: web.Request) -> web.StreamResponse:
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        await talk(answer)
        return answer

    app = web.Application()
    app.router.add_get(PATH, realtime)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def heard(talk: Talk, socket: Path, *, chunks: int = 3, pause_seconds: float = 0.0) -> list[Recording]:
    async def due(number: int) -> bool:
        await asyncio.sleep(pause_seconds if number else 0)
        return True

    def begin(request: Request) -> Recording:
        return Recording(request=request, sent=time.perf_counter())

    async with server(talk, socket), connected(socket) as session:
        return await converse(session, pieces(chunks), begin=begin, due=due, clock=time.perf_counter, limit_seconds=5)


async def honest(socket: web.WebSocketResponse) -> None:
    """Keeps all and adds one token for each chunk."""
    count = 0
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(delta(80 * (count + 1), keep=count, tokens=(count,)))
            count += 1


async def hasty(socket: web.WebSocketResponse) -> None:
    """Answers the first chunk, and the second before it has come."""
    await socket.receive()
    await socket.send_str(delta(80))
    await socket.send_str(delta(160))
    await socket.receive()


async def silent(socket: web.WebSocketResponse) -> None:
    """Hangs up after the first chunk."""
    await socket.receive()


async def test_each_transcript_answers_its_chunk_and_changes_the_one_before(tmp_path: Path) -> None:
    recordings = await heard(honest, tmp_path / "s")
    assert [understood(one).token_ids for one in recordings] == [(0,), (0, 1), (0, 1, 2)]
    assert all(one.ended is not None and one.failure is None for one in recordings)


async def test_a_transcript_that_comes_before_its_audio_fails_the_stream(tmp_path: Path) -> None:
    recordings = await heard(hasty, tmp_path / "s", pause_seconds=0.5)
    assert "a transcript came before its audio" in (recordings[-1].failure or "")


async def test_a_stream_that_is_hung_up_on_has_failed(tmp_path: Path) -> None:
    recordings = await heard(silent, tmp_path / "s")
    assert recordings[0].failure is not None
    assert understood(recordings[0]).fault == recordings[0].failure


def test_a_transcript_of_other_audio_is_at_fault() -> None:
    assert "160 samples" in (read_delta(delta(160).encode(), asked(80), ()).fault or "")


def test_no_more_can_be_kept_than_was_told() -> None:
    assert read_delta(delta(80, keep=1).encode(), asked(80), (5,)).token_ids == (5, 7)
    assert "keep_tokens" in (read_delta(delta(80, keep=2).encode(), asked(80), (5,)).fault or "")


def test_an_error_event_is_told_in_its_own_words() -> None:
    event = json.dumps({"type": "error", "error": {"message": "too long", "type": "invalid_request_error"}})
    assert "too long" in (read_delta(event.encode(), asked(80), ()).fault or "")
