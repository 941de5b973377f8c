"""Asks a candidate over its Unix socket, or a rival over loopback, and writes down what arrives and when; understands nothing of it."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, UnixConnector
from pydantic import HttpUrl

from activities.evaluation.exchange import Exchange, Read, most_bytes, read_exchange
from scenarios.scenario import Request

Clock = Callable[[], float]

_CONNECT_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Recording:
    """One request on the load generator's clock; `failure` says why no whole answer arrived."""

    request: Request
    sent: float
    reads: list[Read] = field(default_factory=list[Read])
    status: int = 0
    ended: float | None = None
    failure: str | None = None
    before: "Recording | None" = None
    """Of a stream of speech, what was asked with the chunk before."""

    def exchange(self) -> Exchange:
        """What the answer says."""
        understood = read_exchange(self.reads, status=self.status or 200, endpoint=self.request.endpoint, stream=self.request.stream)
        if self.failure is None:
            return understood
        return understood.model_copy(update={"status": self.status, "fault": self.failure})


@asynccontextmanager
async def connected(socket: Path | HttpUrl) -> AsyncGenerator[ClientSession]:
    """A session with a server; as many connections as requests in flight, none with cookies, redirects or compression. Over TCP each
    request has a connection of its own: servers close idle ones when they like, and the next request would fail on it."""
    unix = isinstance(socket, Path)
    connector = UnixConnector(path=str(socket), limit=0) if unix else TCPConnector(limit=0, force_close=True)
    timeout = ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
    async with ClientSession(
        "http://candidate" if unix else str(socket),
        connector=connector,
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        timeout=timeout,
    ) as session:
        yield session


async def ask(session: ClientSession, request: Request, *, limit_seconds: float, clock: Clock = time.perf_counter) -> Recording:
    """Sends one request and records its answer to the end, to its failure, or to the time limit."""
    recording = Recording(request=request, sent=clock())
    await record(session, recording, encode(request), limit_seconds=limit_seconds, clock=clock)
    return recording


async def record(session: ClientSession, recording: Recording, body: bytes, *, limit_seconds: float, clock: Clock) -> None:
    """Fills a recording; one that is cancelled keeps what had arrived."""
    try:
        async with asyncio.timeout(limit_seconds):
            await _receive(session, recording, body, clock)
    except TimeoutError:
        recording.failure = f"the answer took longer than {limit_seconds:g} s"
    except (ClientError, OSError) as problem:
        recording.failure = f"the connection failed: {problem or type(problem).__name__}"


def encode(request: Request) -> bytes:
    """The request's body as it is sent. Servers that can are asked to name tokens by id (as vLLM does), since several may share a text."""
    named = {} if request.logprobs is None else {"return_tokens_as_token_ids": True}
    return json.dumps(request.body() | named, ensure_ascii=False, separators=(",", ":")).encode()


async def _receive(session: ClientSession, recording: Recording, body: bytes, clock: Clock) -> None:
    headers = {"Content-Type": "application/json"}
    left = most_bytes(recording.request.max_tokens)
    async with session.post(recording.request.endpoint, data=body, headers=headers, allow_redirects=False) as response:
        recording.status = response.status
        async for content in response.content.iter_any():
            recording.reads.append(Read(clock(), content))
            left -= len(content)
            if left < 0:
                recording.failure = f"the answer is longer than {most_bytes(recording.request.max_tokens) >> 10} KiB"
                return
    recording.ended = clock()
