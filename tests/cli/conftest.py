"""The command in this process, and a home whose ledger tells of a search."""

import os
from pathlib import Path

import pytest

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.app import run
from cli.output import PIPE_WIDTH, result
from models.checkpoint import obtain_checkpoint
from targets.peaks import write_peaks
from tests.cli.person import Ended, Vibeserve, environment_of
from tests.cli.told_search import tell
from tests.conftest import Aside


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


@pytest.fixture(scope="session")
async def furnished(told: Home) -> Home:
    """The same home with the model `tiny` and with peaks, which take seconds to measure and have a test of their own."""
    await obtain_checkpoint("tiny", family="llama", models=told.models)
    write_peaks(told.probe, await Aside().probe())
    return told


@pytest.fixture
def vibeserve(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """The command in a home that does not exist yet."""
    return here(home, monkeypatch, capfd)


@pytest.fixture
def telling(told: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """The command in the home with the search `first`."""
    return here(told, monkeypatch, capfd)


def here(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """All of the command but the end of its process, which takes a second to begin."""
    for name in os.environ.keys() - environment_of(home).keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIBESERVE_HOME", str(home.root))
    monkeypatch.setattr(result, "width", PIPE_WIDTH)

    def type_in(*arguments: str) -> Ended:
        capfd.readouterr()
        code = run(list(arguments))
        stdout, stderr = capfd.readouterr()
        return Ended(code=code, stdout=stdout, stderr=stderr)

    return type_in
