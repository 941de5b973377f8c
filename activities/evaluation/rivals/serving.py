"""A rival that answers on a loopback port, for the length of a block."""

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientError
from pydantic import HttpUrl

from activities.evaluation.client import connected
from activities.evaluation.rivals.preparation import Prepared
from activities.evaluation.rivals.tether import Tether, tethered
from activities.evaluation.server import ServerFailed
from targets.lease import Lease, private_folder

HOST = "127.0.0.1"
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 5.0
_ENDING_SECONDS = 0.5


class Running:
    """A rival that is ready."""

    def __init__(self, url: HttpUrl, tether: Tether | None, start_seconds: float) -> None:
        self.url = url
        self.start_seconds = start_seconds
        self._tether = tether

    @property
    def trees(self) -> tuple[int, ...]:
        """The root of its process tree; none when somebody else started it."""
        return (self._tether.pid,) if self._tether else ()

    def peak_memory_bytes(self) -> int:
        """0 when somebody else started it."""
        return self._tether.peak_memory_bytes() if self._tether else 0

    async def gone(self) -> str | None:
        """How it ended, in words; None while it runs. Its end is known a moment later than its connections break."""
        if self._tether is None:
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_SECONDS):
                await self._tether.ended()
        return self._tether.gone()

    def log_tail(self) -> str:
        """The end of what it printed."""
        return self._tether.log_tail() if self._tether else ""


@asynccontextmanager
async def running(prepared: Prepared, *, lease: Lease | None) -> AsyncGenerator[Running]:
    """Ready to answer; raises `ServerFailed` when it does not get there. Nothing of it is left after the block."""
    ready, limit = prepared.entrant.rival.ready, prepared.entrant.rival.start_limit_seconds
    if prepared.entrant.url is not None:
        url = HttpUrl(prepared.entrant.url)
        yield Running(url, None, await _ready(url, ready, None, limit=_ANSWER_SECONDS))
        return
    port = free_port()
    command = [word.replace("{port}", str(port)) for word in prepared.command]
    folder = Path(tempfile.mkdtemp(prefix="rival-", dir=private_folder()))
    async with tethered(command, environment=prepared.environment, folder=folder, lease=lease) as tether:
        url = HttpUrl(f"http://{HOST}:{port}")
        yield Running(url, tether, await _ready(url, ready, tether, limit=limit))


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


async def _ready(url: HttpUrl, path: str, tether: Tether | None, *, limit: float) -> float:
    """Seconds until the path answered 200."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            while not await _answers(url, path):
                if tether and (ending := tether.gone()):
                    raise ServerFailed(ending, tether.log_tail())
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise ServerFailed(f"did not answer GET {path} within {limit:g} s", tether.log_tail() if tether else "") from None
    return time.monotonic() - began


async def _answers(url: HttpUrl, path: str) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), connected(url) as session, session.get(path) as response:
            return response.status == 200
    except (ClientError, OSError, TimeoutError):
        return False
