"""One tiny checkpoint that tests read, and copies that they may break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.make import make_checkpoint
from models.preset import PRESETS


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preset `tiny`, to be read only."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    make_checkpoint(PRESETS["llama"]["tiny"], folder)
    return folder


@pytest.fixture
def copied(tiny: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of it under a name."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(tiny, tmp_path / name))

    return copy
