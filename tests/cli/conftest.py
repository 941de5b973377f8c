"""The command, in this process or in one of its own, and a home whose ledger tells of a search."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from told_search import tell

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.app import run
from search.value import Value

COMMAND = Path(sys.executable).parent / "vibeserve"
LIMIT_SECONDS = 120


class Ended(Value):
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str


Vibeserve = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that does not exist yet."""
    return Home(root=tmp_path / "home")


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the search `first`: a starter, a champion, a refused candidate, an undecided one, and one that still runs."""
    home = Home(root=tmp_path_factory.mktemp("told"))
    tell(Ledger.open(home.ledger))
    return home


@pytest.fixture
def vibeserve(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """The command in a home that does not exist yet."""
    return _here(home, monkeypatch, capfd)


@pytest.fixture
def telling(told: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """The command in the home with the search `first`."""
    return _here(told, monkeypatch, capfd)


def _here(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """All of the command but the end of its process, which takes a second to begin."""
    for name in os.environ.keys() - environment_of(home).keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIBESERVE_HOME", str(home.root))

    def type_in(*arguments: str) -> Ended:
        capfd.readouterr()
        code = run(list(arguments))
        stdout, stderr = capfd.readouterr()
        return Ended(code=code, stdout=stdout, stderr=stderr)

    return type_in


def start(home: Home, *arguments: str, **environment: str) -> Ended:
    """The command as a person starts it, in a process of its own."""
    ended = subprocess.run(
        [str(COMMAND), *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env={**environment_of(home), **environment},
    )
    return Ended(code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)


def environment_of(home: Home) -> dict[str, str]:
    """What the command reads of its environment: no cluster of the world outside, no terminal."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("TEMPORAL_", "VIBESERVE_", "COLUMNS"))}
    return {**kept, "VIBESERVE_HOME": str(home.root)}
