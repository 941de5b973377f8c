"""A home goes on with the server that made its database."""

from pathlib import Path

import pytest

from activities.home import Home
from cli import embedded


def test_an_upgrade_of_the_package_does_not_reach_a_home_that_has_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, installed = Home(root=tmp_path / "home"), tmp_path / "temporal"
    home.root.mkdir()
    monkeypatch.setattr(embedded, "_installed", lambda: installed)
    installed.write_text("first")
    assert embedded._binary(home).read_text() == "first"
    home.temporal_database.touch()
    installed.unlink()  # as pip does, before it writes
    installed.write_text("second")
    assert embedded._binary(home).read_text() == "first"
    home.temporal_database.unlink()
    assert embedded._binary(home).read_text() == "second"
