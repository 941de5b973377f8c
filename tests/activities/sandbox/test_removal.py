"""Nothing that a candidate leaves behind resists removal."""

import os
from pathlib import Path

from activities.sandbox.removal import remove_folder


def test_closed_folders_go(tmp_path: Path) -> None:
    (tmp_path / "run/a/b/c").mkdir(parents=True)
    (tmp_path / "run/a/b/file").write_text("x")
    (tmp_path / "run/a/b").chmod(0)
    (tmp_path / "run/a").chmod(0o300)
    remove_folder(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_deep_nests_go(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("run", dir_fd=here)
        below = os.open("run", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    remove_folder(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_what_a_link_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/link").symlink_to(tmp_path / "kept")
    remove_folder(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept/file").read_text() == "x"
