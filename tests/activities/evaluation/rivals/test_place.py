"""An installed rival is found with its version; of a missing one it is said what is missing and what installs it."""

from pathlib import Path

from activities.evaluation.rivals.declaration import Search
from activities.evaluation.rivals.place import Missing, Place, find_place
from tests.activities.evaluation.rivals.conftest import Declare

INSTALL = "make -C {environment} all"


def program(environment: Path, text: str) -> None:
    """A program of the rival."""
    path = environment / "bin" / "engine"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho '{text}'\n")
    path.chmod(0o755)


async def test_a_program_in_the_environment_is_found_with_its_version(declare: Declare, tmp_path: Path) -> None:
    program(tmp_path / "engine", "engine version 1.2.3-rc1, built with care")
    entrant = declare("engine", search=Search(program="engine"), install=INSTALL)
    assert await find_place(entrant, tmp_path) == Place(environment=tmp_path / "engine", version="1.2.3-rc1")


async def test_a_missing_program_is_told_with_what_installs_it(declare: Declare, tmp_path: Path) -> None:
    found = await find_place(declare("engine", search=Search(program="no-such-engine"), install=INSTALL), tmp_path)
    assert isinstance(found, Missing)
    assert "no-such-engine is neither below" in found.reason
    assert found.install == f"make -C {tmp_path / 'engine'} all"


async def test_a_program_without_the_files_it_needs_is_missing(declare: Declare, tmp_path: Path) -> None:
    program(tmp_path / "engine", "1")
    found = await find_place(declare("engine", search=Search(program="engine", files=("source/convert.py",)), install=INSTALL), tmp_path)
    assert isinstance(found, Missing)
    assert "source/convert.py is not there" in found.reason


async def test_packages_are_looked_for_in_the_python_that_would_run_them(declare: Declare, tmp_path: Path) -> None:
    entrant = declare("engine", search=Search(packages=("aiohttp", "no-such-engine")), install=INSTALL)
    found = await find_place(entrant, tmp_path)
    assert isinstance(found, Missing)
    assert found.reason.endswith("lacks the package no-such-engine")
    installed = await find_place(declare("engine", search=Search(packages=("aiohttp",)), install=INSTALL), tmp_path)
    assert isinstance(installed, Place)
    assert installed.version[0].isdigit()


async def test_an_environment_without_a_python_is_broken(declare: Declare, tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    found = await find_place(declare("engine", search=Search(packages=("aiohttp",)), install=INSTALL), tmp_path)
    assert isinstance(found, Missing)
    assert "bin/python is not there" in found.reason
