"""Foreign load is what all cores did less what the given trees did."""

import subprocess
import sys

import pytest

from targets.foreign import Reading, foreign_load, read_cores

BUSY = "import time; print('on', flush=True); end = time.process_time() + 60\nwhile time.process_time() < end: pass"


def reading(at: float, busy: float, own: float) -> Reading:
    """On four cores."""
    return Reading(at=at, busy_seconds=busy, own_seconds=own, cores=4)


@pytest.mark.parametrize(
    ("busy", "own", "share"),
    [(0, 0, 0.0), (40, 0, 1.0), (20, 20, 0.0), (20, 10, 0.25), (10, 12, 0.0), (50, 0, 1.0)],
)
def test_the_share_is_of_all_cores_between_none_and_all(busy: float, own: float, share: float) -> None:
    assert foreign_load(reading(0, 100, 50), reading(10, 100 + busy, 50 + own)) == pytest.approx(share)


def test_an_empty_window_has_no_load() -> None:
    assert foreign_load(reading(5, 1, 0), reading(5, 2, 0)) == 0.0


def test_a_busy_process_is_own_when_named_and_foreign_when_not() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        before_named, before = read_cores([busy.pid]), read_cores([])
        while read_cores([busy.pid]).own_seconds - before_named.own_seconds < 1:
            pass
        named = foreign_load(before_named, read_cores([busy.pid]))
        unnamed = foreign_load(before, read_cores([]))
        busy.kill()
    assert unnamed > named


SPAWNER = """
import os, time
def burn():
    end = time.process_time() + 0.1
    while time.process_time() < end: pass
    os._exit(0)
for _ in range(4):
    child = os.fork() or burn()
    os.waitpid(child, 0)
print("done", flush=True)
time.sleep(60)
"""


def test_children_that_have_ended_stay_own() -> None:
    with subprocess.Popen([sys.executable, "-c", SPAWNER], stdout=subprocess.PIPE) as spawner:
        assert spawner.stdout is not None
        spawner.stdout.readline()
        own = read_cores([spawner.pid]).own_seconds
        spawner.kill()
    assert own >= 0.35
