"""The web page of a home as a detached process: started when it does not run, found by its lock, ended by `down`."""

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from activities.home import Home
from cli.console.guard import is_loopback, read_token
from cli.mistakes import Failed
from cli.ports import free_ports, is_free
from cli.processes import AlreadyRunning, Resident, end_resident, find_resident, start_resident
from search.value import Value

LOOPBACK = "127.0.0.1"
START_LIMIT_SECONDS = 30.0
STOP_GRACE_SECONDS = 3.0
Say = Callable[[str], None]


class Residence(Value):
    """Where the page is; `entrance` holds the token."""

    pid: int
    address: str
    entrance: str


def find_page(home: Home) -> Residence | None:
    """The page that runs for a home."""
    resident = find_resident(_lock(home))
    return _residence(home, resident) if resident else None


def ensure_page(home: Home, say: Say, *, host: str = LOOPBACK, port: int | None = None) -> Residence:
    """The page of a home, started when it does not run there yet; Failed when the port is taken or it does not come up."""
    wanted = {"host": host, **({"port": str(port)} if port else {})}
    running = find_resident(_lock(home))
    if running is not None and running.details | wanted == running.details:
        return _residence(home, running)
    end_page(home, say)
    read_token(home.page_token)
    chosen = port or _kept_or_free(home, host)
    if not is_free(host, chosen):
        raise Failed(f"the port {chosen} of {host} is taken or not ours: name another with --port")
    say(f"starting the web page on {host}:{chosen}")
    resident = _start(home, host, chosen)
    _answers(home, host, chosen)
    return _residence(home, resident)


def end_page(home: Home, say: Say) -> None:
    """Stop the page, if it runs."""
    if end_resident(_lock(home), grace_seconds=STOP_GRACE_SECONDS):
        say("web page stopped")


def _start(home: Home, host: str, port: int) -> Resident:
    command = [sys.executable, "-P", "-m", "cli.console", "--home", str(home.root), "--host", host, "--port", str(port)]
    details = {"host": host, "port": str(port)}
    (home.root / "page.port").write_text(f"{port}\n")
    try:
        return start_resident(command, lock=_lock(home), log=_log(home), details=details, environment=dict(os.environ))
    except AlreadyRunning:
        raise Failed("another command starts the web page at this moment: try again") from None


def _answers(home: Home, host: str, port: int) -> None:
    """Wait until it listens."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while is_free(host, port):
        if find_resident(_lock(home)) is None:
            raise Failed(f"the web page ended at start: see {_log(home)}")
        if time.monotonic() > deadline:
            raise Failed(f"the web page does not come up: see {_log(home)}")
        time.sleep(0.05)


def _residence(home: Home, resident: Resident) -> Residence:
    host, port = resident.details["host"], resident.details["port"]
    shown = host if is_loopback(host) or host not in ("0.0.0.0", "::") else socket.gethostname()
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    return Residence(pid=resident.pid, address=address, entrance=f"{address}/enter?token={read_token(home.page_token)}")


def _kept_or_free(home: Home, host: str) -> int:
    """The port of the last start when it is free, so that bookmarks stay good, else any."""
    kept = home.root / "page.port"
    if kept.exists() and is_free(host, port := int(kept.read_text())):
        return port
    return free_ports(host, 1)[0]


def _log(home: Home) -> Path:
    return home.logs / "page.log"


def _lock(home: Home) -> Path:
    return home.root / "locks" / "page.lock"
