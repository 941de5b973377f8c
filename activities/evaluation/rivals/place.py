"""Finds an installed rival: in its environment below the rivals' folder, or on the search path."""

import asyncio
import json
import re
import shutil
from pathlib import Path

from activities.evaluation.rivals.declaration import Entrant, Search, fill
from activities.evaluation.rivals.filling import environment_filling
from search.value import Value

VERSION_SECONDS = 60
_VERSION = re.compile(r"\d[\w.+-]*")
_ASK = "import importlib.metadata as m, json, sys; print(json.dumps([m.version(name) for name in sys.argv[1:]]))"


class Place(Value):
    """An installed rival."""

    environment: Path
    version: str


class Missing(Value):
    """A rival that is not installed."""

    reason: str
    install: str
    """The commands that install it."""


async def find_place(entrant: Entrant, rivals_folder: Path) -> Place | Missing:
    """Looks without starting it, except for a word on its version."""
    environment = rivals_folder / entrant.rival.name if entrant.rival.install else rivals_folder
    search = entrant.rival.search
    if lacking := find_lacking(environment, search):
        return _missing(entrant, environment, f"{lacking} is not there")
    if search.packages:
        return await _packaged(entrant, environment)
    if search.program is None:
        return Place(environment=environment, version="")
    program = find_program(environment, search.program)
    if program is None:
        return _missing(entrant, environment, f"{search.program} is neither below {environment} nor on the search path")
    return Place(environment=environment, version=await _told(program) if entrant.rival.install else "")


def find_program(environment: Path, name: str) -> str | None:
    """The program's full path: in the environment, else where the shell would find it."""
    inside = environment / "bin" / name
    return str(inside) if inside.exists() else shutil.which(name)


def find_lacking(environment: Path, search: Search) -> Path | None:
    """The first of the needed files that is not there; an environment that exists needs its Python."""
    needed = [*search.files, *(["bin/python"] if environment.exists() and search.packages else [])]
    return next((environment / name for name in needed if not (environment / name).exists()), None)


async def _packaged(entrant: Entrant, environment: Path) -> Place | Missing:
    python = environment_filling(environment)["python"]
    code, said = await _run(python, "-c", _ASK, *entrant.rival.search.packages)
    if code != 0:
        lacking = (said.strip().splitlines() or ["its Python does not run"])[-1].rpartition("found for ")[2]
        return _missing(entrant, environment, f"{python} lacks the package {lacking}")
    return Place(environment=environment, version=str(json.loads(said)[0]))


async def _told(program: str) -> str:
    """The first word with a digit of what `--version` prints."""
    _, said = await _run(program, "--version")
    found = _VERSION.search(said)
    return found[0] if found else ""


async def _run(*command: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    try:
        async with asyncio.timeout(VERSION_SECONDS):
            said, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode or 0, said.decode(errors="replace")


def _missing(entrant: Entrant, environment: Path, reason: str) -> Missing:
    return Missing(reason=reason, install=fill(entrant.rival.install, environment_filling(environment)).strip())
