"""A real search in a home of its own, run by the real command line, to be hurt and watched."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from activities.home import Home
from cli.embedded import inspect
from cli.temporal import NoWorker, connect, survey
from workflows.identity import search_id
from workflows.progress import Progress

POLL_SECONDS = 0.1


class Household:
    """A home folder and the command that works in it."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root=root)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        environment = {**os.environ, "VIBESERVE_HOME": str(self.home.root)}
        command = [str(Path(sys.executable).parent / "vibeserve"), *arguments]
        return subprocess.run(command, env=environment, text=True, capture_output=True, check=check, timeout=300)

    def kill(self, which: str) -> int:
        """`kill -9` of the `server` or the `worker`; answers its process id."""
        state = inspect(self.home)
        pid = state.pids[0] if which == "server" else state.pids[-1]
        os.killpg(pid, signal.SIGKILL)
        return pid

    async def client(self) -> Client:
        """A client of the home's embedded server."""
        return await connect(inspect(self.home).address)

    async def until(self, search: str, holds: Callable[[Progress], bool], *, seconds: float) -> Progress:
        """The first sight of a search for which something holds."""
        client, told = await self.client(), None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                told = await survey(client, search)
                if holds(told):
                    return told
            except (NoWorker, RPCError):
                pass
            await asyncio.sleep(POLL_SECONDS / 2)
        raise TimeoutError(f"it did not come to that in {seconds:.0f} s; last seen: {told}")

    async def outcome(self, search: str, *, seconds: float) -> object:
        """How the search ended."""
        async with asyncio.timeout(seconds):
            return await (await self.client()).get_workflow_handle(search_id(search)).result()

    def steps(self) -> Iterator[dict[str, object]]:
        """What workers began and ended, in order."""
        return (json.loads(line) for line in self.home.steps.read_text().splitlines())


def stage(number: int, name: str) -> Callable[[Progress], bool]:
    """Whether candidate `number` is in that stage."""
    return lambda told: any((runner.number, runner.stage) == (number, name) for runner in told.runners)
