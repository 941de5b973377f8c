"""Nothing of a rival outlives its block, and it never has the lease that is held for it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from activities.evaluation.rivals.tether import tethered
from targets.lease import Lease, leased
from targets.tree import read_tree

LIMIT_SECONDS = 20
DAEMON = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1], "w").write("up")
    time.sleep(1000)
time.sleep(1000)
"""
LOOK = """
import os, sys, time
held = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]
open(sys.argv[1], "w").write(" ".join(held))
time.sleep(1000)
"""


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ignores SIGTERM is given little time."""
    monkeypatch.setattr("activities.evaluation.rivals.tether._GRACE_SECONDS", 0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the rival runs."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def word(tmp_path: Path) -> Path:
    """A pipe by which the rival says one word."""
    pipe = tmp_path / "word"
    os.mkfifo(pipe)
    return pipe


async def heard(pipe: Path) -> str:
    """The word."""
    async with asyncio.timeout(LIMIT_SECONDS):
        return await asyncio.to_thread(pipe.read_text)


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that there are still."""
    return [pid for pid in pids if any(True for _ in read_tree(pid))]


async def test_daemons_that_ignore_sigterm_are_gone_after_the_block(folder: Path, word: Path) -> None:
    async with tethered([sys.executable, "-c", DAEMON, str(word)], environment={}, folder=folder, lease=None) as tether:
        assert await heard(word) == "up"
        pids = [process.pid for process in read_tree(tether.pid)]
        assert len(pids) == 5
        assert tether.peak_memory_bytes() > 1 << 20
    assert alive(pids) == []
    assert not is_there(folder)


async def test_a_cancelled_block_ends_all_of_it_too(folder: Path, word: Path) -> None:
    pids: list[int] = []
    known = asyncio.Event()

    async def hold() -> None:
        async with tethered([sys.executable, "-c", DAEMON, str(word)], environment={}, folder=folder, lease=None) as tether:
            await heard(word)
            pids.extend(process.pid for process in read_tree(tether.pid))
            known.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await asyncio.wait_for(known.wait(), LIMIT_SECONDS)
    task.cancel()
    await asyncio.wait([task])
    assert len(pids) == 5
    assert alive(pids) == []


async def test_the_lease_is_held_as_long_as_the_rival_lives_but_not_by_it(folder: Path, word: Path) -> None:
    command = [sys.executable, "-c", LOOK, str(word)]
    async with (
        leased(f"tether-{os.getpid()}", holder="a test", waiting=lambda _: None) as lease,
        tethered(command, environment={}, folder=folder, lease=lease) as tether,
    ):
        assert ".lock" not in await heard(word)
        assert any(holds(process.pid, lease) for process in read_tree(tether.pid))


async def test_an_end_is_told_in_the_rivals_own_words(folder: Path) -> None:
    async with tethered([sys.executable, "-c", "raise SystemExit('no such model')"], environment={}, folder=folder, lease=None) as tether:
        assert tether.gone() is None
        await asyncio.wait_for(tether.ended(), LIMIT_SECONDS)
        assert tether.gone() == "ended with code 1: no such model"


def is_there(folder: Path) -> bool:
    """Whether anything is left of it."""
    return folder.exists()


def holds(pid: int, lease: Lease) -> bool:
    """Whether the process has the lease's file open."""
    wanted = os.fstat(lease.descriptor).st_ino
    return any(file.exists() and file.stat().st_ino == wanted for file in Path(f"/proc/{pid}/fd").iterdir())
