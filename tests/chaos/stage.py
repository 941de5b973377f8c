"""Where a scripted search is performed: an embedded server on SQLite and one worker, processes that are started again when they die."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli import embedded
from cli.processes import find_resident, start_resident
from cli.temporal import connect
from search.spec import Spec
from tests.chaos.doom import Doom, Victim, deaths, mark
from workflows.identity import SEARCHES_QUEUE, search_id
from workflows.search import SearchWorkflow
from workflows.state import Outcome, SearchState

DRAIN_EVENTS = 60
"""A search continues as new after nearly each candidate."""
POLL_SECONDS = 0.02
PATIENCE = 3
"""Workers that may be started beyond those that were struck."""


class Stage:
    """One home; `model_url` is where its models answer."""

    def __init__(self, root: Path, *, model_url: str, drain: int = DRAIN_EVENTS, doom: Doom | None = None) -> None:
        self.home = Home(root=root)
        self._model_url = model_url
        self._drain = drain
        self._doom = doom
        self.raised = 0
        """Workers so far."""

    @property
    def deaths(self) -> Path:
        """What was struck."""
        return self.home.root / "deaths.jsonl"

    async def raise_up(self) -> None:
        """Start what does not run; harmless where all runs."""
        self.home.root.mkdir(parents=True, exist_ok=True)
        address = await embedded.ensure_server(self.home, lambda _: None)
        if find_resident(self._worker_lock):
            return
        command = [sys.executable, "-m", "tests.chaos.scripted_worker", "--home", str(self.home.root), "--address", address]
        command += ["--drain", str(self._drain), *self._doomed()]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENAI_BASE_URL": self._model_url, "OPENAI_API_KEY": "none"}
        log = self.home.logs / "worker.log"
        self.raised += 1
        start_resident(command, lock=self._worker_lock, log=log, details={}, environment=environment)

    def strike(self, victim: Victim) -> None:
        """`kill -9` of the server or the worker and all that they started, now."""
        mark(self.deaths, f"at random: {victim}", "")
        for who in ("server", "worker") if victim == "both" else (victim,):
            if resident := find_resident(self._lock_of(who)):
                os.killpg(resident.pid, signal.SIGKILL)

    async def begin(self, spec: Spec) -> None:
        """Start the search."""
        client = await self.client()
        await client.start_workflow(SearchWorkflow.run, SearchState(spec=spec), id=search_id(spec.name), task_queue=SEARCHES_QUEUE)

    async def handle(self, search: str) -> WorkflowHandle[SearchWorkflow, Outcome]:
        """The search as it is known to the server that runs now."""
        return (await self.client()).get_workflow_handle_for(SearchWorkflow.run, search_id(search))

    async def client(self) -> Client:
        """Of the server that runs now."""
        resident = find_resident(self._lock_of("server"))
        assert resident is not None
        return await connect(resident.details["address"])

    async def whole(self) -> None:
        """Return when something is dead."""
        while all(find_resident(self._lock_of(each)) for each in ("server", "worker")):  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)

    def steps(self) -> list[dict[str, str]]:
        """What workers began and ended, in order."""
        return (
            [json.loads(line) for line in self.home.steps.read_text().splitlines() if line.endswith("}")]
            if self.home.steps.exists()
            else []
        )

    def ledger(self) -> Ledger:
        """Of this home."""
        return Ledger.open(self.home.ledger)

    def pid(self, who: str) -> int:
        """Of the `server` or the `worker` that runs."""
        resident = find_resident(self._lock_of(who))
        assert resident is not None
        return resident.pid

    def down(self) -> None:
        """End what runs."""
        embedded.take_down(self.home, lambda _: None)

    @property
    def _worker_lock(self) -> Path:
        return self._lock_of("worker")

    def _lock_of(self, who: str) -> Path:
        return self.home.root / "locks" / f"{'temporal' if who == 'server' else 'worker'}.lock"

    def _doomed(self) -> list[str]:
        doom = self._doom
        return ["--doom", json.dumps({"moment": doom.moment, "victim": doom.victim, "only": sorted(doom.only)})] if doom else []


@asynccontextmanager
async def performed(stage: Stage, spec: Spec, *, seconds: float, beside: Coroutine[None, None, None]) -> AsyncIterator[Outcome]:
    """The search from its beginning to its end, whatever dies meanwhile; everything runs within the context, but what was beside it."""
    beside_it = asyncio.create_task(beside)
    try:
        await stage.raise_up()
        await stage.begin(spec)
        outcome = await to_the_end(stage, spec.name, seconds=seconds)
        beside_it.cancel()
        await stage.raise_up()
        await embedded._serves(stage.home)
        yield outcome
    finally:
        beside_it.cancel()
        stage.down()


async def to_the_end(stage: Stage, search: str, *, seconds: float) -> Outcome:
    """Raise up what dies until the search has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert stage.raised < len(deaths(stage.deaths)) + PATIENCE, f"the worker ends by itself: see {stage.home.logs}"
        try:
            await stage.raise_up()
            if outcome := await _ended(await stage.handle(search), stage, deadline):
                return outcome
        except (RuntimeError, RPCError):
            continue  # the server died while it was asked
    raise TimeoutError(f"the search {search} did not end in {seconds:.0f} s; see {stage.home.logs}")


async def _ended(handle: WorkflowHandle[SearchWorkflow, Outcome], stage: Stage, deadline: float) -> Outcome | None:
    """How it ended; None when something died before."""
    outcome, death = asyncio.create_task(handle.result()), asyncio.create_task(stage.whole())
    done, _ = await asyncio.wait((outcome, death), timeout=deadline - time.monotonic(), return_when=asyncio.FIRST_COMPLETED)
    outcome.cancel()
    death.cancel()
    await asyncio.gather(outcome, death, return_exceptions=True)
    return outcome.result() if outcome in done else None
