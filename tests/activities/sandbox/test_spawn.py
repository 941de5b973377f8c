"""A cell whose starter dies before it said go never runs, and is gone by the time that the next one starts."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from activities.sandbox.cell import MIB, Limits
from activities.sandbox.control_group import make_group

STARTER = """
import asyncio, os, sys
from activities.sandbox import spawn
from activities.sandbox.cell import Cell, MIB, Limits
from activities.sandbox.control_group import make_group

def die(root, processes):
    print(root, flush=True)
    os.kill(os.getpid(), 9)

spawn._limit_processes = die
cell = Cell(command=(sys.executable, "-c", "import signal; signal.pause()"), limits=Limits(memory_bytes=512 * MIB))
asyncio.run(spawn.spawn(cell, None, make_group(cell.limits)))
"""


def test_a_cell_is_gone_when_its_starter_dies_before_it_said_go() -> None:
    told = subprocess.run([sys.executable, "-c", STARTER], capture_output=True, text=True, check=False)
    root = Path(f"/proc/{int(told.stdout)}")
    deadline = time.monotonic() + 10
    while root.exists():
        next_cells = make_group(Limits(memory_bytes=MIB))
        asyncio.run(next_cells.remove())
        assert time.monotonic() < deadline, f"it lives on: {(root / 'cmdline').read_bytes()!r}"
