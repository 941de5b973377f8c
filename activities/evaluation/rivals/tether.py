"""Runs a rival on a tether: outside the candidates' sandbox, for it is trusted, yet with a certain end.

The rival sees the whole host and its loopback network. It lives in a process namespace of its own, whose first process the kernel ends
together with the process that started it; then the kernel ends all others of the namespace, daemons too. That first process also holds the
device's lease, which the rival itself never has.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from activities.sandbox.descriptors import readable
from activities.sandbox.removal import remove_folder
from targets.lease import Lease
from targets.tree import children, read_tree

_GRACE_SECONDS = 5.0
_LOG_BYTES = 8192


class Tether:
    """A running rival."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self.pid = process.pid
        """Root of its process tree."""

    def gone(self) -> str | None:
        """How it ended, in words; None while it runs."""
        code = self._process.returncode
        if code is None:
            return None
        name = f"by signal {code - 128}" if code > 128 else f"by signal {-code}" if code < 0 else f"with code {code}"
        lines = self.log_tail().strip().splitlines()
        return f"ended {name}" + (f": {lines[-1].strip()[:300]}" if lines else "")

    async def ended(self) -> None:
        """Until it runs no more."""
        await self._process.wait()

    def log_tail(self, size: int = _LOG_BYTES) -> str:
        """The end of what it printed."""
        with self._log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - size))
            return log.read().decode(errors="replace")

    def peak_memory_bytes(self) -> int:
        """The most that each of its processes had resident, added up; memory that they share counts for each."""
        return sum(_high_water(process.pid) for process in read_tree(self.pid))

    async def end(self) -> None:
        """Asks the rival to stop, and ends all of it a moment later; nothing of it lives when this returns."""
        first = children(self.pid) if self.gone() is None else []
        ends = [os.pidfd_open(pid) for pid in first]
        try:
            for pid in [command for one in first for command in children(one)]:
                _signal(pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_SECONDS):
                    await self._process.wait()
        finally:
            self._cut(first)
        await self._process.wait()
        for end in ends:
            await readable(end)
            os.close(end)

    def _cut(self, first: Sequence[int]) -> None:
        """Bubblewrap ends by itself when the first process of its namespace has; before there is one, it is killed."""
        for pid in first:
            _signal(pid, signal.SIGKILL)
        if not first and self._process.returncode is None:
            self._process.kill()


@asynccontextmanager
async def tethered(command: Sequence[str], *, environment: Mapping[str, str], folder: Path, lease: Lease | None) -> AsyncGenerator[Tether]:
    """Runs the command in an empty folder, which is removed at the end of the block together with all that the command started."""
    log = folder / "log"
    kept = [] if lease is None else [lease.descriptor]
    held = [] if lease is None else ["--sync-fd", str(lease.descriptor)]
    try:
        with log.open("wb") as into:
            process = await asyncio.create_subprocess_exec(
                *("bwrap", "--dev-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "--die-with-parent", *held),
                *("--chdir", str(folder), "--", *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=into,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **environment},
                pass_fds=kept,
                start_new_session=True,
            )
        tether = Tether(process, log)
        try:
            yield tether
        finally:
            await tether.end()
    finally:
        remove_folder(folder)


def _high_water(pid: int) -> int:
    """VmHWM of proc(5), in bytes; 0 when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
