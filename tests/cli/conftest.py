"""The real command in a process of its own, and a home whose ledger tells of a search."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from told_search import tell

from activities.home import Home
from activities.ledger.ledger import Ledger

COMMAND = Path(sys.executable).parent / "vibeserve"
LIMIT_SECONDS = 120

Run = subprocess.CompletedProcess[str]
Vibeserve = Callable[..., Run]


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
def vibeserve(home: Home) -> Vibeserve:
    """The command in a home that does not exist yet."""
    return command_in(home)


@pytest.fixture
def telling(told: Home) -> Vibeserve:
    """The command in the home with the search `first`."""
    return command_in(told)


def command_in(home: Home) -> Vibeserve:
    """The command as a person types it; no cluster of the world outside is seen, and no terminal."""
    return lambda *arguments: subprocess.run(
        [str(COMMAND), *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False, env=environment_of(home)
    )


def environment_of(home: Home) -> dict[str, str]:
    """What the command reads of its environment."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("TEMPORAL_", "VIBESERVE_", "COLUMNS"))}
    return {**kept, "VIBESERVE_HOME": str(home.root)}
