"""Runs a search of many scripted candidates and tells how it fares as it grows; one that was interrupted goes on in the same home.

`python -m benchmarks.scale --candidates 10000 --parallel 100 --home FOLDER [--seconds S]`
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.home import Home
from benchmarks.scale.figures import read_samples, take_sample, write_sample
from benchmarks.scale.report import write_report
from benchmarks.scale.script import SEARCH, scale_spec
from benchmarks.scale.timeline import Finished
from cli.embedded import ensure_server, take_down
from cli.processes import find_resident, start_resident
from cli.temporal import connect
from workflows.identity import SEARCHES_QUEUE, search_id
from workflows.search import SearchWorkflow
from workflows.state import SearchState

RESULTS = Path(__file__).parents[1] / "results" / "scale"
PARTS = 10
"""Rows of the table."""
POLL_SECONDS = 2.0


def main(
    home: Annotated[Path, typer.Option(help="A folder for this search; one that holds a part of it already goes on.")],
    candidates: Annotated[int, typer.Option(help="How many there are.")] = 1000,
    parallel: Annotated[int, typer.Option(help="How many are in flight.")] = 100,
    seconds: Annotated[float, typer.Option(help="After so long it is interrupted, to go on at the next call.")] = 1e9,
) -> None:
    """Search, sample, and write the table of what is known."""
    place = Home(root=home.absolute())
    place.root.mkdir(parents=True, exist_ok=True)
    try:
        ended = asyncio.run(_search(place, candidates, parallel, time.monotonic() + seconds))
    finally:
        take_down(place, lambda _: None)
    print(write_report(RESULTS, place, candidates=candidates, parallel=parallel), end="")
    sys.stdout.flush()
    os._exit(0 if ended else 3)


async def _search(home: Home, candidates: int, parallel: int, deadline: float) -> bool:
    """Whether it came to its end in time."""
    address = await ensure_server(home, lambda _: None)
    _start_staff(home, address)
    client = await connect(address)
    try:
        handle = await client.start_workflow(
            SearchWorkflow.run,
            SearchState(spec=scale_spec(candidates, parallel)),
            id=search_id(SEARCH),
            task_queue=SEARCHES_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
    except WorkflowAlreadyStartedError:
        handle = client.get_workflow_handle_for(SearchWorkflow.run, search_id(SEARCH))
    result, ended = asyncio.create_task(handle.result()), Finished(home)
    while not result.done() and time.monotonic() < deadline:
        await asyncio.wait((result,), timeout=POLL_SECONDS)
        await _sample(home, ended.count(), candidates // PARTS)
    if not result.done():
        return False
    write_sample(home, await take_sample(home, ended.count()))
    return True


async def _sample(home: Home, now: int, every: int) -> None:
    """Where another part of the candidates has ended."""
    known = read_samples(home)
    print(f"\r{now} candidates", end="", file=sys.stderr, flush=True)
    last = known[-1].candidates if known else -1
    if now // every > last // every:
        write_sample(home, await take_sample(home, now))


def _start_staff(home: Home, address: str) -> None:
    lock = home.root / "locks" / "worker.lock"
    if find_resident(lock):
        return
    command = [sys.executable, "-m", "benchmarks.scale.staff", "--home", str(home.root), "--address", address]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    start_resident(command, lock=lock, log=home.logs / "worker.log", details={}, environment=environment)


if __name__ == "__main__":
    typer.run(main)
