"""Starts bubblewrap around a cell and learns the first process of its namespace before the command runs."""

import asyncio
import contextlib
import json
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from activities.sandbox.bubblewrap import bubblewrap_arguments, contents
from activities.sandbox.cell import Cell
from activities.sandbox.control_group import ControlGroup
from activities.sandbox.descriptors import Pipe, held, pipes, readable

LAUNCHER = Path(__file__).with_name("launcher.py")
OUTPUT_BYTES = 65536
STATUS_BYTES = 4096


class SandboxBroken(OSError):
    """Bubblewrap could not set the cell up: the machine or our arguments are at fault, never the candidate."""


@dataclass(frozen=True)
class Spawned:
    """A cell whose command is about to run."""

    process: asyncio.subprocess.Process
    """Bubblewrap itself, outside of the namespaces."""
    root: int
    """The first process inside, as the host sees it."""
    life: int
    """A descriptor of that process, which cannot come to mean another one; the owner closes it."""
    status: int
    """A descriptor to read what bubblewrap says about the command; the owner closes it."""


async def spawn(cell: Cell, keep: int | None, group: ControlGroup) -> Spawned:
    """Start the cell in its group, which waits for nothing any more."""
    async with pipes() as (status, go):
        with held(contents()) as files:
            arguments = bubblewrap_arguments(cell, files=files, status=status.into, go=go.out, sync=keep)
            kept = [] if keep is None else [keep]
            process = await _launch(cell, group, arguments, [status.into, go.out, *files.values(), *kept])
        try:
            status.close(status.into)
            root = await _first_process(process, status)
            life = await _hold(process, root, cell.limits.processes)
            os.write(go.into, b"1")
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        return Spawned(process, root, life, os.dup(status.out))


async def _launch(cell: Cell, group: ControlGroup, arguments: list[str], passed: list[int]) -> asyncio.subprocess.Process:
    entrances = os.pathsep.join(map(str, group.entrances))
    limits = [str(os.getpid()), str(cell.limits.open_files), str(cell.limits.file_bytes), entrances]
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LAUNCHER), *limits, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        pass_fds=passed,
        start_new_session=True,
        limit=OUTPUT_BYTES,
    )


async def _first_process(process: asyncio.subprocess.Process, status: Pipe) -> int:
    """Bubblewrap's first status line names it; no line means that bubblewrap gave up."""
    line = b""
    while not line.endswith(b"\n"):
        await readable(status.out)
        more = os.read(status.out, STATUS_BYTES)
        if not more:
            await _give_up(process)
        line += more
    return int(json.loads(line.splitlines()[0])["child-pid"])


async def _hold(process: asyncio.subprocess.Process, root: int, processes: int) -> int:
    """A descriptor of the first process, with its limit set; it may have failed and be gone already."""
    try:
        _limit_processes(root, processes)
        return os.pidfd_open(root)
    except ProcessLookupError:
        await _give_up(process)


async def _give_up(process: asyncio.subprocess.Process) -> NoReturn:
    assert process.stdout is not None
    said = (await process.stdout.read()).decode(errors="replace").strip()
    raise SandboxBroken(f"bubblewrap ended with code {await process.wait()}: {said[-2000:]}")


def _limit_processes(root: int, processes: int) -> None:
    """The wall behind the watchdog, which ends a cell sooner and says so: the kernel counts a user's processes per user
    namespace, but never root's."""
    if os.getuid() != 0:
        resource.prlimit(root, resource.RLIMIT_NPROC, (2 * processes, 2 * processes))
