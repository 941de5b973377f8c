"""Starts a candidate's server in the sandbox and says in words why when it does not serve."""

import asyncio
import os
import re
import signal
import stat
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from activities.sandbox.cell import MIB, Cell, Limits, Usage
from activities.sandbox.confinement import Confined, confine
from activities.sandbox.removal import remove_folder
from search.value import Value
from targets.lease import Lease, private_folder

POLL_SECONDS = 0.02
ANSWER_SECONDS = 5.0
STOP_SECONDS = 5.0
SOCKET_PATH_BYTES = 107
LOG_BYTES = 8192


class Launch(Value):
    """How to start one candidate."""

    candidate: Path
    """Its source tree, with `serve.py`."""
    build: Path | None = None
    """What its `build.py` made."""
    model: Path
    threads: int
    memory_bytes: int
    start_limit_seconds: float
    shim: Path | None = None
    """A Python file that is run instead of `serve.py` with the same arguments and runs it itself; the profiler's."""
    environment: Mapping[str, str] = {}
    """Beside what the contract sets."""
    output_bytes: int = 16 * MIB
    """What it may leave in the folder of its socket."""


class ServerFailed(Exception):
    """The candidate did not serve: its own fault, told in one line, with the end of its log."""

    def __init__(self, reason: str, log: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.log = log


class Server:
    """A candidate that answered `GET /health`."""

    def __init__(self, confined: Confined, folder: Path, socket: Path, start_seconds: float) -> None:
        self._confined = confined
        self.socket = socket
        """Leads to the very socket that was healthy, whatever the server puts in its place later."""
        self.folder = folder
        """The host's side of the folder that the server may write: /run/candidate inside."""
        self.start_seconds = start_seconds
        self.pid = confined.pid
        """Root of the server's process tree."""

    def usage(self) -> Usage:
        """What the server's processes use together."""
        return self._confined.usage()

    def log_tail(self, size: int = LOG_BYTES) -> str:
        """The end of what it printed."""
        return self._confined.log_tail(size)

    def gone(self) -> str | None:
        """Why it runs no more, in words; None while it runs."""
        return describe_ending(self._confined)

    async def ended(self) -> None:
        """Until it runs no more."""
        await self._confined.wait()

    async def stop(self, grace: float = STOP_SECONDS) -> bool:
        """Send SIGTERM, and kill it after `grace` seconds; whether it stopped in time, by itself, with exit code 0."""
        by_itself = await self._confined.terminate(grace)
        return by_itself and self._confined.exit_code == 0


@asynccontextmanager
async def serving(launch: Launch, *, runs: Path, lease: Lease | None) -> AsyncGenerator[Server]:
    """A fresh server with a fresh scratch, ready to answer; raises `ServerFailed` when it does not get there. At the end of
    the block it is asked to stop, and nothing of it is left, its folder included. It holds `lease` as long as it lives."""
    folder = _fresh_folder(runs)
    try:
        outside = folder / "s"
        outside.mkdir()
        cell = _cell(launch, outside)
        async with confine(cell, log=folder / "log", keep=lease.descriptor if lease else None) as confined:
            start_seconds = await _ready(confined, outside / "socket", launch.start_limit_seconds)
            with _pinned(outside / "socket", confined) as socket:
                server = Server(confined, outside, socket, start_seconds)
                yield server
                await server.stop()
    finally:
        remove_folder(folder)


def _cell(launch: Launch, outside: Path) -> Cell:
    read_only = {"/model": launch.model.resolve(), "/candidate": launch.candidate.resolve()}
    environment = dict(launch.environment)
    script = "serve.py"
    if launch.build is not None:
        read_only["/build"] = launch.build.resolve()
        environment["BUILD_DIR"] = "/build"
    if launch.shim is not None:
        script = f"/shim/{launch.shim.name}"
        read_only[script] = launch.shim.resolve()
    arguments = ("--model", "/model", "--socket", "/run/candidate/socket", "--threads", str(launch.threads))
    return Cell(
        command=(sys.executable, script, *arguments),
        folder="/candidate",
        environment=environment,
        read_only=read_only,
        writable={"/run/candidate": outside},
        limits=Limits(memory_bytes=launch.memory_bytes, writable_bytes=launch.output_bytes),
    )


async def _ready(confined: Confined, socket: Path, limit: float) -> float:
    """Seconds until /health answered 200."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            while not await _healthy(socket):
                if confined.exit_code is not None:
                    await confined.wait()
                    raise ServerFailed(describe_ending(confined) or "ended", confined.log_tail(LOG_BYTES))
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise ServerFailed(f"did not answer GET /health within {limit:g} s", confined.log_tail(LOG_BYTES)) from None
    return time.monotonic() - started


async def _healthy(socket: Path) -> bool:
    """Whether `GET /health` on the socket answers 200 now."""
    if not _is_socket(socket):
        return False
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _status(socket) == 200
    except (OSError, ValueError, TimeoutError):
        return False


async def _status(socket: Path) -> int:
    reader, writer = await asyncio.open_unix_connection(socket, limit=4096)
    try:
        writer.write(b"GET /health HTTP/1.1\r\nHost: candidate\r\nConnection: close\r\n\r\n")
        words = (await reader.readline()).split()
        return int(words[1]) if len(words) > 1 else 0
    finally:
        writer.close()


def _is_socket(path: Path) -> bool:
    """A link is none: it could lead the harness to somebody else's socket."""
    try:
        return stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return False


@contextmanager
def _pinned(path: Path, confined: Confined) -> Generator[Path]:
    """A path to the socket itself: the server may write to the folder, and could put a link to somebody else's socket there."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as problem:
        raise ServerFailed(f"took its socket away: {problem.strerror}", confined.log_tail(LOG_BYTES)) from None
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            raise ServerFailed("put something else in the place of its socket", confined.log_tail(LOG_BYTES))
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)


def describe_ending(confined: Confined) -> str | None:
    """How a cell came to its end, for a person; None while it runs."""
    if confined.breach is not None:
        return confined.breach
    code = confined.exit_code
    if code is None:
        return None
    error = _error_line(confined.log_tail(LOG_BYTES)) if code else ""
    return f"{_how(code)}: {error}" if error else _how(code)


def _how(code: int) -> str:
    if code <= 128:
        return f"exited with code {code}"
    name = signal.strsignal(code - 128)
    return f"ended by signal {code - 128} ({name})" if name else f"ended by signal {code - 128}"


def _error_line(log: str) -> str:
    """The last line of a Python traceback, else the last line printed."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Warning)\b", line)]
    return (errors or lines or [""])[-1][:300]


def _fresh_folder(runs: Path) -> Path:
    """A new folder below `runs`, or below the machine-wide one when the path of a socket in it would be too long."""
    runs = runs.resolve()
    if len(os.fsencode(runs / "12345678" / "s" / "socket")) > SOCKET_PATH_BYTES:
        runs = private_folder() / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="", dir=runs))
