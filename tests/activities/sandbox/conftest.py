"""Runs a few lines of Python in a cell."""

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from activities.sandbox.cell import MIB, Cell, Limits
from activities.sandbox.confinement import Confined, confine

Confine = Callable[..., AbstractAsyncContextManager[Confined]]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """The host's side of the folder that the cell sees as /out."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def confined(tmp_path: Path, outside: Path) -> Confine:
    """Confines `code` with /out writable; keywords are limits."""

    def start(code: str, *, keep: int | None = None, **limits: Any) -> AbstractAsyncContextManager[Confined]:
        cell = Cell(
            command=(sys.executable, "-c", dedent(code)),
            writable={"/out": outside},
            limits=Limits(**{"memory_bytes": 512 * MIB, "seconds": 60, **limits}),
        )
        return confine(cell, log=tmp_path / "log", keep=keep)

    return start
