"""The HTTP surface: OpenAI's endpoints over any engine that turns a job into tokens."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Protocol

from aiohttp import web
from answer import Answer, Json, Piece, error
from protocol import BadRequest, Form, Job, Limits, Token, read_chat, read_completion
from text import Telling
from tokenizer import Tokenizer

MOST_BODY_BYTES = 32 * 2**20

Read = Callable[[Any, Tokenizer, Limits], tuple[Job, Form]]


class Generator(Protocol):
    """What the routes need of an engine."""

    context_tokens: int
    vocabulary_size: int

    def generate(self, job: Job) -> AsyncIterator[list[Token]]: ...


def application(engine: Generator, tokenizer: Tokenizer) -> web.Application:
    """All routes of the server."""
    limits = Limits(engine.context_tokens, engine.vocabulary_size)

    def endpoint(read: Read) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            job, form = read(await read_json(request), tokenizer, limits)
            answer = Answer(job, form, tokenizer)
            async with aclosing(pieces(engine, tokenizer, job, form)) as stream:
                return await (send_stream(request, answer, stream) if form.stream else send_whole(answer, stream))

        return serve

    app = web.Application(middlewares=[errors_as_objects], client_max_size=MOST_BODY_BYTES)
    app.router.add_get("/health", health)
    app.router.add_get("/v1/models", models)
    app.router.add_post("/v1/completions", endpoint(read_completion))
    app.router.add_post("/v1/chat/completions", endpoint(read_chat))
    return app


async def health(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def models(_: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": "default", "object": "model", "created": 0, "owned_by": "local"}]})


async def pieces(engine: Generator, tokenizer: Tokenizer, job: Job, form: Form) -> AsyncIterator[Piece]:
    """The answer piece by piece; the last one says how it ended."""
    telling, told = Telling(tokenizer, form.stop), 0
    async with aclosing(engine.generate(job)) as stream:
        async for tokens in stream:
            text, used = telling.push([token.number for token in tokens])
            tokens, told = tokens[:used], told + used
            ended, full = tokens[-1].end, told == job.max_tokens
            if ended or full:
                text += telling.finish()
            finish = "stop" if telling.stopped or ended else "length" if full else None
            yield Piece(text, tokens, finish)
            if finish:
                return


async def send_whole(answer: Answer, stream: AsyncIterator[Piece]) -> web.Response:
    """One JSON document."""
    found = [piece async for piece in stream]
    tokens = [token for piece in found for token in piece.tokens]
    return web.json_response(answer.whole(Piece("".join(piece.text for piece in found), tokens, found[-1].finish)))


async def send_stream(request: web.Request, answer: Answer, stream: AsyncIterator[Piece]) -> web.StreamResponse:
    """Server-sent events; the first token decides whether the answer begins at all."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    async for piece in stream:
        if not response.prepared:
            await response.prepare(request)
        await response.write(event(answer.chunk(piece)))
    if answer.form.include_usage:
        await response.write(event(answer.closing()))
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


def event(document: Json) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


async def read_json(request: web.Request) -> Any:
    """The body, or a refusal; NaN and infinity are no JSON."""
    try:
        return json.loads(await request.read(), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise BadRequest(f"the body is not valid JSON: {problem}") from problem


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


@web.middleware
async def errors_as_objects(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Every refusal is OpenAI's error object; a fault of our own closes a stream that has begun."""
    try:
        return await handler(request)
    except BadRequest as problem:
        return web.json_response(error(problem.message, param=problem.param, code=problem.code), status=400)
    except web.HTTPException as problem:
        return web.json_response(error(problem.reason), status=problem.status)
