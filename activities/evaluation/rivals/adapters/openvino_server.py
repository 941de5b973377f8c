"""OpenVINO GenAI behind OpenAI's protocol: a thin front of ours, run by the Python of OpenVINO's own environment.

It has a continuous batching pipeline and no server. One thread steps the pipeline; the other takes requests and streams what each step
brought. Templates and tokens are OpenVINO's own; text is put together by the tokenizer's own decoder.
"""

import argparse
import asyncio
import json
import queue
import threading

import numpy
import openvino
from aiohttp import web
from openvino_genai import ContinuousBatchingPipeline, GenerationConfig, GenerationStatus, SchedulerConfig
from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream


class Engine:
    """The pipeline and the thread that steps it."""

    def __init__(self, model: str, *, cache_gib: int, properties: dict):
        """Loads the exported model."""
        scheduler = SchedulerConfig()
        scheduler.cache_size = cache_gib
        self._pipeline = ContinuousBatchingPipeline(model, scheduler, "CPU", properties)
        self.tokenizer = self._pipeline.get_tokenizer()
        self._fresh: queue.SimpleQueue = queue.SimpleQueue()
        self._asked = 0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on steps are taken; what they bring is put where `loop` waits for it."""
        self._loop = loop
        threading.Thread(target=self._work, daemon=True).start()

    def ask(self, ids, config: GenerationConfig) -> asyncio.Queue:
        """A queue of lists of new token ids; None ends it."""
        told: asyncio.Queue = asyncio.Queue()
        self._fresh.put((ids, config, told))
        return told

    def _work(self) -> None:
        running: list = []
        while True:
            while not running or not self._fresh.empty():
                running.append(self._admit(*self._fresh.get()))
            self._pipeline.step()
            running = [one for one in running if self._tell(*one)]

    def _admit(self, ids, config, told):
        self._asked += 1
        return self._pipeline.add_request(self._asked, ids, config), told

    def _tell(self, handle, told: asyncio.Queue) -> bool:
        """Passes on what is new of one request; whether it goes on."""
        ended = handle.get_status() != GenerationStatus.RUNNING
        while handle.can_read():
            for output in handle.read().values():
                self._loop.call_soon_threadsafe(told.put_nowait, list(output.generated_ids))
        if ended:
            self._loop.call_soon_threadsafe(told.put_nowait, None)
        return not ended


class Front:
    """The protocol."""

    def __init__(self, engine: Engine, decoder: Tokenizer):
        """`decoder` puts text together."""
        self._engine = engine
        self._decoder = decoder

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Streamed chat answers with token ids."""
        body = await request.json()
        text = self._engine.tokenizer.apply_chat_template(body["messages"], True)
        ids = self._engine.tokenizer.encode(text, add_special_tokens=False).input_ids
        return await self._stream(request, body, ids, chat=True)

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Streamed completions of a text or of token ids."""
        body = await request.json()
        prompt = body["prompt"]
        given = isinstance(prompt, list)
        ids = openvino.Tensor(numpy.array([prompt], dtype=numpy.int64)) if given else self._engine.tokenizer.encode(prompt).input_ids
        return await self._stream(request, body, ids, chat=False)

    async def _stream(self, request: web.Request, body: dict, ids, *, chat: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        told, stream, count = self._engine.ask(ids, config(body)), DecodeStream([], skip_special_tokens=True), 0
        while (tokens := await told.get()) is not None:
            count += len(tokens)
            text = "".join(stream.step(self._decoder, token) or "" for token in tokens)
            await response.write(event(text, tokens, chat=chat))
        finish = "length" if count >= body["max_tokens"] else "stop"
        await response.write(event("", [], chat=chat, finish=finish) + b"data: [DONE]\n\n")
        return response


def config(body: dict) -> GenerationConfig:
    """A request's own settings."""
    asked = GenerationConfig()
    asked.max_new_tokens = body["max_tokens"]
    asked.ignore_eos = bool(body.get("ignore_eos"))
    asked.do_sample = body.get("temperature", 1.0) > 0
    if asked.do_sample:
        asked.temperature, asked.top_p = body.get("temperature", 1.0), body.get("top_p", 1.0)
        asked.rng_seed = body.get("seed") or 0
    if not asked.ignore_eos:
        asked.stop_strings = set(body.get("stop") or ())
    return asked


def event(text: str, ids: list, *, chat: bool, finish: str | None = None) -> bytes:
    """One server-sent event."""
    said = {"delta": {"content": text}} if chat else {"text": text}
    return b"data: " + json.dumps({"choices": [{"index": 0, **said, "token_ids": ids, "finish_reason": finish}]}).encode() + b"\n\n"


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cache-gib", type=int, required=True)
    parser.add_argument("--property", action="append", default=[], help="NAME=VALUE for OpenVINO's plugin")
    arguments = parser.parse_args()
    properties = dict(one.split("=", 1) for one in arguments.property)
    engine = Engine(arguments.model, cache_gib=arguments.cache_gib, properties=properties)
    front = Front(engine, Tokenizer.from_file(f"{arguments.model}/tokenizer.json"))
    app = web.Application()

    async def begin(_: web.Application) -> None:
        engine.start(asyncio.get_running_loop())

    async def health(_: web.Request) -> web.Response:
        return web.Response()

    app.on_startup.append(begin)
    app.router.add_get("/health", health)
    app.router.add_post("/v1/chat/completions", front.chat)
    app.router.add_post("/v1/completions", front.complete)
    web.run_app(app, host="127.0.0.1", port=arguments.port, print=None)


if __name__ == "__main__":
    main()
