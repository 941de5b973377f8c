"""Runs a tree as the harness would: a process on a Unix socket, asked over HTTP."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from activities.agents.catalog import Catalog, load_catalog
from activities.agents.compose import compose
from search.composition import Choice, Composition
from search.recipe import Setting

START_SECONDS = 90
POLL_SECONDS = 0.05
Json = dict[str, Any]


def composition(catalog: Catalog, **recipes: Mapping[str, Setting]) -> Composition:
    """Recipes by name, with underscores for dashes, and their settings."""
    named = {catalog.recipe(name.replace("_", "-")): settings for name, settings in recipes.items()}
    return Composition(choices=tuple(Choice(slot=recipe.slot, recipe=recipe.name, settings=settings) for recipe, settings in named.items()))


def composed(folder: Path, **recipes: Mapping[str, Setting]) -> Path:
    """The tree of these recipes, written to `folder`."""
    catalog = load_catalog()
    for name, text in compose(composition(catalog, **recipes), catalog).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


class Running:
    """A server that answers."""

    def __init__(self, process: Process, session: aiohttp.ClientSession) -> None:
        self.process, self.session = process, session

    async def ask(self, path: str = "/v1/completions", **body: Any) -> Json:
        """The JSON of a request that does not stream, with its status."""
        async with self.session.post(path, json=body) as response:
            return {"status": response.status, **await response.json()}

    async def stream(self, path: str = "/v1/completions", **body: Any) -> list[Json]:
        """All events of a stream, which must end in order."""
        async with self.session.post(path, json={**body, "stream": True}) as response:
            assert response.status == 200, await response.text()
            assert response.content_type == "text/event-stream"
            text = await response.text()
        lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
        assert lines[-1] == "[DONE]"
        return [json.loads(line) for line in lines[:-1]]

    async def abandon(self, streams: int, **body: Any) -> None:
        """Read the first event of each of so many endless streams, then hang up on all."""
        async with AsyncExitStack() as stack:
            asked = [stack.enter_async_context(self.session.post("/v1/completions", json={**body, "stream": True})) for _ in range(streams)]
            responses = await asyncio.gather(*asked)
            for response in responses:
                assert response.status == 200
                await response.content.readline()
            for response in responses:
                response.close()

    async def stop(self) -> int:
        """The exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 5)


@asynccontextmanager
async def running(tree: Path, model: Path, **environment: str) -> AsyncGenerator[Running]:
    """Start a server and end it, whatever happens."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "s"
        command = [sys.executable, "serve.py", "--model", str(model), "--socket", str(socket), "--threads", "1"]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
        process = await asyncio.create_subprocess_exec(*command, cwd=tree, env=environment, start_new_session=True)
        connector = aiohttp.UnixConnector(str(socket), limit=0)
        async with aiohttp.ClientSession("http://server", connector=connector) as session:
            try:
                await asyncio.wait_for(healthy(session, process), START_SECONDS)
                yield Running(process, session)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


async def healthy(session: aiohttp.ClientSession, process: Process) -> None:
    """Wait until the server answers; fail at once when it is gone."""
    while process.returncode is None:
        try:
            async with session.get("/health") as response:
                assert response.status == 200
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(POLL_SECONDS)  # the socket is not there yet: nothing to wait on
    raise AssertionError(f"the server ended with {process.returncode}")


def token_ids(events: list[Json]) -> list[int]:
    """The answer's tokens, from a stream or from one whole answer."""
    return [number for event in events for choice in event["choices"] for number in choice["token_ids"]]
