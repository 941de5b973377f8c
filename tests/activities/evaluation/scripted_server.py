"""A server that answers as its script says, in this process: it paces its tokens and remembers what it was asked."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web


@dataclass
class Script:
    """How it behaves; what it saw is in the fields below."""

    token_seconds: float = 0.004
    fails_after: int | None = None
    """Requests after which it answers 500."""
    hangs_after: int | None = None
    """Requests after which answers never end."""
    serial: bool = False
    """One request at a time."""
    starves: int | None = None
    """The number of a request that never gets an answer."""
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    began: list[float] = field(default_factory=list[float])
    in_flight: int = 0
    most_in_flight: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@asynccontextmanager
async def scripted_server(script: Script, folder: Path) -> AsyncGenerator[Path]:
    """Serves on a Unix socket below `folder`."""

    async def chat(request: web.Request) -> web.StreamResponse:
        return await serve(script, request)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    socket = folder / "socket"
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield socket
    finally:
        await runner.cleanup()


async def serve(script: Script, request: web.Request) -> web.StreamResponse:
    """One paced answer."""
    body = await request.json()
    script.asked.append(body)
    script.began.append(time.perf_counter())
    if script.fails_after is not None and len(script.asked) > script.fails_after:
        return web.json_response({"error": {"message": "no more", "type": "server_error"}}, status=500)
    if script.starves == len(script.asked) - 1:
        await asyncio.Event().wait()
    hangs = script.hangs_after is not None and len(script.asked) > script.hangs_after
    script.in_flight += 1
    script.most_in_flight = max(script.most_in_flight, script.in_flight)
    try:
        async with script.turn if script.serial else nullcontext():
            return await answer(script, request, body["max_tokens"], hangs=hangs)
    finally:
        script.in_flight -= 1


async def answer(script: Script, request: web.Request, tokens: int, *, hangs: bool) -> web.StreamResponse:
    """Its tokens one by one."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for number in range(tokens):
        await asyncio.sleep(script.token_seconds)
        finish = "length" if number == tokens - 1 else None
        choice = {"index": 0, "delta": {"content": "a"}, "token_ids": [7], "finish_reason": finish}
        await response.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
    if hangs:
        await asyncio.Event().wait()
    await response.write(b"data: [DONE]\n\n")
    return response
