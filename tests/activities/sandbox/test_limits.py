"""Each limit ends the cell and says so in words; honest use near a limit does not."""

from pathlib import Path

import pytest

from activities.sandbox.cell import MIB
from activities.sandbox.log import HEAD_BYTES, TAIL_BYTES
from tests.activities.sandbox.conftest import Confine

HOG = "kept = []\nwhile True: kept.append(bytearray(b'x' * (8 << 20)))"
FORK_BOMB = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
THREAD_BOMB = """
import threading
stop = threading.Event()
while True: threading.Thread(target=stop.wait).start()
"""
FILLS_DISK = "file = open('/out/x', 'wb', buffering=0)\nwhile True: file.write(b'x' * 65536)"
MANY_FILES = "import itertools\nfor n in itertools.count(): open(f'/out/{n}', 'w').close()"
HIDES = "import os, signal; os.mkdir('/out/d', 0o300); signal.pause()"
PRINTS = "while True: print('x' * 10000)"


@pytest.mark.parametrize(
    ("code", "limits", "breach"),
    [
        (HOG, {"memory_bytes": 256 * MIB}, "used more than 256 MiB of memory"),
        (f"import os\nos.fork()\n{HOG}", {"memory_bytes": 256 * MIB}, "used more than 256 MiB of memory"),
        (THREAD_BOMB, {"processes": 64}, "ran more than 64 processes and threads"),
        (FILLS_DISK, {"writable_bytes": MIB}, "wrote more than 1 MiB to disk"),
        (MANY_FILES, {"writable_files": 20}, "made more than 20 files"),
        (PRINTS, {"log_bytes": 4 * MIB}, "printed more than 4 MiB"),
        ("while True: pass", {"seconds": 0.5}, "ran longer than 0.5 s"),
    ],
)
async def test_a_broken_limit_ends_the_cell_in_words(confined: Confine, code: str, limits: dict[str, float], breach: str) -> None:
    async with confined(code, **limits) as cell:
        assert await cell.wait() == 128 + 9
        assert cell.breach == breach


async def test_a_fork_bomb_is_ended(confined: Confine) -> None:
    async with confined(FORK_BOMB, processes=100) as cell:
        await cell.wait()
        assert cell.breach == "ran more than 100 processes and threads"


async def test_memory_that_processes_share_counts_once(confined: Confine) -> None:
    code = """
import mmap, os
memory = mmap.mmap(-1, 96 << 20)
memory.write(b'x' * (96 << 20))
reader, writer = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        assert sum(memory[i] for i in range(0, 96 << 20, 4096))
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
import time
end = time.monotonic() + 1
while time.monotonic() < end: pass
"""
    async with confined(code, memory_bytes=256 * MIB) as cell:
        assert await cell.wait() == 0, cell.breach
        assert cell.usage().peak_memory_bytes > 256 * MIB


async def test_scratch_is_full_at_its_size(confined: Confine) -> None:
    code = """
import errno
try:
    open('/scratch/x', 'wb').write(b'x' * (32 << 20))
except OSError as problem:
    assert problem.errno == errno.ENOSPC
else:
    raise SystemExit('no limit')
"""
    async with confined(code, scratch_bytes=16 * MIB) as cell:
        assert await cell.wait() == 0, cell.log_tail()


async def test_one_file_and_the_number_of_open_files_are_limited(confined: Confine) -> None:
    code = """
import errno, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
found = []
try:
    open('/scratch/x', 'wb', buffering=0).truncate(2 << 20)
except OSError as problem:
    found.append(problem.errno)
kept = []
try:
    while True: kept.append(open('/dev/null'))
except OSError as problem:
    found.append(problem.errno)
assert found == [errno.EFBIG, errno.EMFILE], found
assert len(kept) <= 64
"""
    async with confined(code, file_bytes=MIB, open_files=64) as cell:
        assert await cell.wait() == 0, cell.log_tail()


async def test_the_log_of_an_endless_printer_stays_small(confined: Confine, tmp_path: Path) -> None:
    async with confined(PRINTS, log_bytes=16 * MIB) as cell:
        await cell.wait()
    assert (tmp_path / "log").stat().st_size < HEAD_BYTES + TAIL_BYTES + 100


async def test_usage_counts_the_whole_tree(confined: Confine) -> None:
    code = """
import os, time
if os.fork() == 0:
    block = bytearray(b'x' * (64 << 20))
    end = time.process_time() + 0.5
    while time.process_time() < end: pass
    os._exit(0)
os.wait()
"""
    async with confined(code) as cell:
        await cell.wait()
        usage = cell.usage()
    assert usage.peak_memory_bytes > 64 * MIB
    assert usage.cpu_seconds > 0.3
