"""Runs a command in a cell: bubblewrap around it, a watchdog beside it, and nothing of it left behind.

Stopped: the network (unless the cell is allowed the host's), and sockets that no network namespace binds (vsock); reading the host beyond
what the cell names (home folders, this project with its reference and evaluator, the ledger, other candidates); writing anywhere but
/scratch, /tmp, /dev/shm and the cell's writable folders; more memory, processes, threads, files, disk, log or time than the limits; new
namespaces, mounts and all capabilities; signals to, tracing of and reading processes outside; memory that no process maps (memfd, System
V); the machine's clock, keys, modules and swap; calls of the kernel that no server needs (`system_calls.py`: seccomp denies them, as well
as calls of other architectures); whatever outlives its first process, as a daemon or by ignoring signals; all of it when the process that
confined it dies.

Not stopped: an error in the kernel that a permitted call reaches; memory of pipes and socket buffers; blocks of a file that was
deleted while open in a writable folder; use of all cores and of the memory's bandwidth; what timing tells about neighbours; a bit left
for the next arm in what the host's page cache holds of the candidate's own files (so a cell may know that it is not the first);
bursts between two looks of the watchdog, up to the walls behind it: a control group where the host lets us make one
(`control_group.py`), else the kernel's out-of-memory killer, which is told to take the cell first. Run by root, the cell has root's
user id, without powers: run as an ordinary user.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from activities.sandbox.cell import Cell, Usage
from activities.sandbox.control_group import ControlGroup, make_group
from activities.sandbox.descriptors import readable
from activities.sandbox.log import BoundedLog
from activities.sandbox.spawn import OUTPUT_BYTES, STATUS_BYTES, SandboxBroken, Spawned, spawn
from activities.sandbox.watchdog import Watchdog, in_words
from targets.tree import children

LOOK_SECONDS = 0.15
COMMAND_RAN = b"exit-code"
"""Bubblewrap reports the command's exit code only when it reached the command."""


class Confined:
    """A running cell."""

    def __init__(self, cell: Cell, group: ControlGroup, spawned: Spawned, log: BoundedLog) -> None:
        self.pid = spawned.root
        """The first process of the cell's namespace, as the host sees it: the root of its tree."""
        self.breach: str | None = None
        """The limit that it broke, in words."""
        self._cell = cell
        self._group = group
        self._spawned = spawned
        self._process = spawned.process
        self._root = spawned.life
        self._log = log
        self._watchdog = Watchdog(cell, spawned.root)
        self._drained = asyncio.Event()
        self._killed = False
        self._said = b""

    @property
    def exit_code(self) -> int | None:
        """None while it runs; 128 and the signal's number when a signal ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Until the command has ended and nothing of the cell lives; its exit code. Raises `SandboxBroken` when it never ran."""
        code = await self.end()
        if not self._killed and COMMAND_RAN not in self._said:
            raise SandboxBroken(f"bubblewrap ended with code {code}: {self.log_tail().strip()}")
        return code

    async def end(self) -> int:
        """Until nothing of the cell lives and all that it printed is in the log."""
        code = await self._process.wait()
        await readable(self._root)
        await self._drained.wait()
        self._said += os.read(self._spawned.status, STATUS_BYTES)
        if self.breach is None and self._group.ran_out_of_memory():
            self.breach = f"used more than {in_words(self._cell.limits.memory_bytes)} of memory"
        return code

    async def terminate(self, grace: float) -> bool:
        """Ask the command to stop and kill the cell after `grace` seconds; whether it stopped by itself."""
        command = self._command()
        if command is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(command, signal.SIGTERM)
        try:
            async with asyncio.timeout(grace):
                await self.wait()
        except TimeoutError:
            self.kill()
            await self.wait()
            return False
        return self.breach is None

    def kill(self) -> None:
        """End all processes of the cell at once: the kernel does, when the first one of its namespace dies."""
        self._killed = self._killed or self.exit_code is None
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._root, signal.SIGKILL)

    def usage(self) -> Usage:
        """What the cell uses now, or used when last seen."""
        if self.exit_code is None:
            self._watchdog.take()
        return self._watchdog.usage

    def log_tail(self, size: int = 4096) -> str:
        """The end of what it printed."""
        return self._log.tail(size)

    async def watch(self) -> None:
        """Look at the limits until the cell ends, and end it when one is broken."""
        try:
            while self.breach is None and not await self._ends_within(LOOK_SECONDS):
                self._refuse(await self._watchdog.look())
        finally:
            self.kill()

    async def pump(self, output: asyncio.StreamReader) -> None:
        """Carry what it prints into the log until it ends."""
        try:
            while chunk := await output.read(OUTPUT_BYTES):
                self._log.write(chunk)
                if self._log.total_bytes > self._cell.limits.log_bytes:
                    self._refuse(f"printed more than {in_words(self._cell.limits.log_bytes)}")
        finally:
            self._drained.set()

    async def close(self) -> None:
        """Finish the log, give the descriptors back and remove the group."""
        self._log.close()
        os.close(self._root)
        os.close(self._spawned.status)
        await self._group.remove()

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    def _refuse(self, breach: str | None) -> None:
        if breach is not None and self.breach is None:
            self.breach = breach
            self.kill()

    def _command(self) -> int | None:
        """The process of the command: number 2 inside, where bubblewrap itself is number 1."""
        return next((pid for pid in children(self.pid) if _inner_pid(pid) == 2), None)


@asynccontextmanager
async def confine(cell: Cell, *, log: Path, keep: int | None = None) -> AsyncGenerator[Confined]:
    """Run the cell; at the end of the block nothing of it lives. The first process of the cell holds the descriptor `keep`
    open, out of the command's reach, so that a lock on it is held as long as the cell lives."""
    bounded, group = BoundedLog(log), make_group(cell.limits)
    try:
        spawned = await spawn(cell, keep, group)
    except BaseException:
        bounded.close()
        await group.remove()
        raise
    confined = Confined(cell, group, spawned, bounded)
    assert spawned.process.stdout is not None
    tasks = [asyncio.create_task(confined.watch()), asyncio.create_task(confined.pump(spawned.process.stdout))]
    try:
        yield confined
    finally:
        confined.kill()
        await asyncio.shield(_bury(confined, tasks))


async def _bury(confined: Confined, tasks: list[asyncio.Task[None]]) -> None:
    try:
        await confined.end()
        await asyncio.gather(*tasks)
    finally:
        await confined.close()


def _inner_pid(pid: int) -> int:
    """The process id that a process has in the innermost namespace."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[-1]) for line in lines if line.startswith("NSpid:")), 0)
