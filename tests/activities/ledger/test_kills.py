"""Whatever is killed whenever, no step of a search is lost or done twice."""

import fcntl
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.ledger.ledger import Ledger
from activities.ledger.lock import locked
from activities.ledger.names import candidate_branch, journal_branch
from tests.activities.ledger import writer
from tests.activities.ledger.samples import NOON, assert_sound, begin, git

MOMENTS = 40


def start_writer(ledger: Ledger, name: str, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", writer.__name__, str(ledger.path), name, str(count)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, env=environment)


def assert_written_once(ledger: Ledger, name: str, count: int) -> None:
    """Each candidate has its source, its verdict and its record, and nothing has more."""
    assert [record.number for record in ledger.records(name)] == list(range(count))
    assert [entry.trailers is not None for entry in ledger.log(name)] == [True] * count
    for number in range(count):
        assert git(ledger, "rev-list", "--count", candidate_branch(name, number)).strip() == "2"
    assert git(ledger, "rev-list", "--count", journal_branch(name)).strip() == str(count + 1)
    assert_sound(ledger)


def test_killed_around_every_git_command(tmp_path: Path) -> None:
    """Before it runs; and after its effect, before the acknowledgement."""
    survived = 0
    for moment in range(MOMENTS):
        ledger = Ledger.open(tmp_path / str(moment) / "ledger.git")
        begin(ledger)
        acknowledged = tmp_path / str(moment) / "acknowledged"
        child = os.fork()
        if child == 0:
            writer.run_until_killed(ledger, acknowledged, kill_at=moment)
            os._exit(0)
        survived += os.waitpid(child, 0)[1] == 0
        writer.resume(ledger, "first", 1, acknowledged)
        assert_written_once(ledger, "first", 1)
        if survived:
            break
    assert survived == 1, f"a candidate takes more than {MOMENTS} moments"
    assert moment > 15


@pytest.mark.parametrize("seed", range(3))
def test_killed_with_its_git_at_random(ledger: Ledger, seed: int) -> None:
    begin(ledger)
    chance = random.Random(seed)
    kills = 0
    while True:
        child = start_writer(ledger, "first", 4)
        assert child.stdout is not None
        child.stdout.read(chance.randint(1, 25))
        for _ in range(chance.randint(0, 100_000)):
            pass
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            kills += 1
        child.stdout.close()
        if child.wait(60) == 0:
            break
        assert child.returncode == -signal.SIGKILL, "the writer ends well or by our hand"
    assert kills >= 2
    assert_written_once(ledger, "first", 4)


def test_two_processes_at_once(ledger: Ledger) -> None:
    """Each with a search of its own, while threads of a third write one journal."""
    for name in ("one", "two", "three"):
        begin(ledger, name)
    children = [start_writer(ledger, name, 5) for name in ("one", "two")]
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda k: ledger.append("three", {f"notes/{k}.md": str(k)}, message=f"Note {k}", when=NOON), range(12)):
            pass
    for child in children:
        child.communicate(timeout=120)
        assert child.returncode == 0
    for name in ("one", "two"):
        assert_written_once(ledger, name, 5)
    assert git(ledger, "rev-list", "--count", journal_branch("three")).strip() == "13"
    assert [ledger.journal_text("three", f"notes/{k}.md") for k in range(12)] == [str(k) for k in range(12)]


def test_two_processes_write_one_journal(ledger: Ledger) -> None:
    """As when a killed worker's step still runs while its retry does: both do the same, once."""
    begin(ledger)
    children = [start_writer(ledger, "first", 3) for _ in range(2)]
    for child in children:
        child.communicate(timeout=120)
    writer.resume(ledger, "first", 3, ledger.path.with_name("nothing-acknowledged"))
    assert_written_once(ledger, "first", 3)


def test_a_child_holds_the_lock_when_its_parent_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locked(path) as descriptor:
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(descriptor,))
    with path.open() as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child.communicate(b"")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
