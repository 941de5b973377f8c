"""A real search in a home of its own, run by the real command line, to be hurt and watched."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from temporalio.client import Client

from activities.home import Home
from cli.embedded import inspect
from cli.temporal import connect
from workflows.identity import search_id

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

    async def kill_child(self, command: str, *, seconds: float) -> None:
        """`kill -9` of whatever the worker started, or what that started, with these words in its command; waits until there is one."""
        deadline = time.monotonic() + seconds
        while not (found := [pid for pid in descendants(inspect(self.home).pids[-1]) if command in command_of(pid)]):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing like {command!r} ran in {seconds:.0f} s")
            await asyncio.sleep(POLL_SECONDS / 2)
        os.kill(found[-1], signal.SIGKILL)

    async def client(self) -> Client:
        """A client of the home's embedded server."""
        return await connect(inspect(self.home).address)

    async def running(self, workflow: str, step: str, *, seconds: float) -> None:
        """Until a worker has begun that step of the workflow `search/NAME/...` and not ended it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            mine = [entry["event"] for entry in self.steps() if (entry["workflow"], entry["step"]) == (workflow, step)]
            if mine and mine[-1] == "began":
                return
            await asyncio.sleep(POLL_SECONDS / 2)
        raise TimeoutError(f"{workflow} did not come to {step} in {seconds:.0f} s")

    async def outcome(self, search: str, *, seconds: float) -> object:
        """How the search ended."""
        async with asyncio.timeout(seconds):
            return await (await self.client()).get_workflow_handle(search_id(search)).result()

    def steps(self) -> Iterator[dict[str, object]]:
        """What workers began and ended, in order."""
        return (json.loads(line) for line in self.home.steps.read_text().splitlines()) if self.home.steps.exists() else iter(())


def descendants(parent: int) -> list[int]:
    """Processes that it started, and those that they started, the oldest first."""
    above: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                above[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = {parent}
    while more := {pid for pid, up in above.items() if up in found} - found:
        found |= more
    return sorted(found - {parent})


def command_of(pid: int) -> str:
    """Its command line; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
