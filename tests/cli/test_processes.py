"""Detached processes are known by the lock that they hold."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.processes import AlreadyRunning, Resident, end_resident, find_resident, start_resident

WAITS = [sys.executable, "-c", "import signal; signal.pause()"]
DEAF = [sys.executable, "-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"]


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "locks" / "it.lock"
    yield path
    end_resident(path, grace_seconds=0.1)


def start(command: list[str], lock: Path) -> Resident:
    return start_resident(command, lock=lock, log=lock.parent / "log", details={"colour": "blue"}, environment=dict(os.environ))


def until_gone(lock: Path) -> None:
    deadline = time.monotonic() + 10
    while find_resident(lock) is not None:
        assert time.monotonic() < deadline, "the lock is still held"


def test_nobody_is_found_where_nothing_runs(lock: Path) -> None:
    assert find_resident(lock) is None
    assert end_resident(lock, grace_seconds=1) is False


def test_a_resident_is_found_with_its_details(lock: Path) -> None:
    started = start(WAITS, lock)
    assert find_resident(lock) == started
    assert started.details == {"colour": "blue"}


def test_a_second_start_is_refused_while_the_first_lives(lock: Path) -> None:
    started = start(WAITS, lock)
    with pytest.raises(AlreadyRunning):
        start(WAITS, lock)
    assert find_resident(lock) == started


def test_a_killed_resident_leaves_the_place_free(lock: Path) -> None:
    os.kill(start(WAITS, lock).pid, signal.SIGKILL)
    until_gone(lock)
    second = start(WAITS, lock)
    assert find_resident(lock) == second


def test_one_that_does_not_listen_is_killed(lock: Path) -> None:
    started = start(DEAF, lock)
    deadline = time.monotonic() + 10
    while b"deaf" not in (lock.parent / "log").read_bytes():
        assert time.monotonic() < deadline
    assert end_resident(lock, grace_seconds=0.2) is True
    assert find_resident(lock) is None
    assert not Path(f"/proc/{started.pid}/cmdline").exists() or not Path(f"/proc/{started.pid}/cmdline").read_bytes()


def test_a_resident_outlives_the_one_who_started_it(lock: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from cli.processes import start_resident; "
        f"start_resident({WAITS!r}, lock=Path(sys.argv[1]), log=Path(sys.argv[1] + '.log'), details={{}}, environment=dict(os.environ)); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(lock)], check=False)
    assert find_resident(lock) is not None
