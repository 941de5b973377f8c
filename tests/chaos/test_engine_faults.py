"""Faults under Temporal itself: a database that somebody locks, and processes that stand still."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from tests.chaos.ordeal import live
from tests.chaos.stage import Stage

STILL_SECONDS = 15.0
"""Longer than a heartbeat may be late, and than SQLite waits for a lock."""
SOME_STEPS = 20


async def under_way(stage: Stage) -> None:
    """Until the search has taken some steps."""
    while len(stage.steps()) < SOME_STEPS:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def lock_the_database(stage: Stage) -> None:
    """As a backup does that copies it, or an editor."""
    await under_way(stage)
    database = sqlite3.connect(stage.home.temporal_database, timeout=30, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    await asyncio.sleep(STILL_SECONDS)
    database.execute("ROLLBACK")
    database.close()


async def stop_the_server(stage: Stage) -> None:
    """As a laptop that sleeps, or a machine that swaps."""
    await _stand_still(stage, "server")


async def stop_the_worker(stage: Stage) -> None:
    """The same for the worker."""
    await _stand_still(stage, "worker")


async def _stand_still(stage: Stage, who: str) -> None:
    await under_way(stage)
    pid = stage.pid(who)
    os.killpg(pid, signal.SIGSTOP)
    await asyncio.sleep(STILL_SECONDS)
    os.killpg(pid, signal.SIGCONT)


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", [lock_the_database, stop_the_server, stop_the_worker])
async def test_a_search_whose_engine_stands_still_loses_nothing(
    tmp_path: Path, fault: Callable[[Stage], Coroutine[None, None, None]]
) -> None:
    plain = await live(tmp_path / "plain", candidates=1)
    hurt = await live(tmp_path / "hurt", candidates=1, beside=fault, again=2)
    assert (hurt.essence, hurt.spent) == (plain.essence, plain.spent)
