"""A candidate's build runs once, confined, and appears complete or not at all."""

import asyncio
import ctypes
from pathlib import Path

import pytest

from activities.evaluation.build import BuildFailed, build_tree

COMPILES = """
import argparse, pathlib, subprocess
parser = argparse.ArgumentParser()
parser.add_argument("--out", required=True)
out = pathlib.Path(parser.parse_args().out)
source = pathlib.Path("/scratch/add.cpp")
source.write_text('extern "C" int add(int a, int b) { return a + b; }')
subprocess.run(["g++", "-O2", "-shared", "-fPIC", "-o", str(out / "add.so"), str(source)], check=True)
"""


def candidate(folder: Path, script: str) -> Path:
    """A tree with a `build.py`."""
    tree = folder / "candidate"
    tree.mkdir()
    (tree / "build.py").write_text(script)
    return tree


def left(folder: Path) -> list[str]:
    """Names in a folder, or none when there is no such folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def test_a_tree_without_a_build_has_nothing_built(tmp_path: Path) -> None:
    assert await build_tree(tmp_path, tmp_path / "builds/tree") is None
    assert left(tmp_path / "builds") == []


async def test_a_compiled_library_can_be_loaded(tmp_path: Path) -> None:
    out = await build_tree(candidate(tmp_path, COMPILES), tmp_path / "builds/tree")
    assert out == tmp_path / "builds/tree"
    assert ctypes.CDLL(str(out / "add.so")).add(2, 3) == 5
    assert left(tmp_path / "builds") == ["tree"]


async def test_a_tree_is_built_once_also_by_two_at_a_time(tmp_path: Path) -> None:
    tree = candidate(tmp_path, "import sys, uuid; open(sys.argv[2] + '/id', 'w').write(str(uuid.uuid4()))")
    out = tmp_path / "builds/tree"
    await asyncio.gather(*(build_tree(tree, out) for _ in range(3)))
    first = (out / "id").read_text()
    await build_tree(tree, out)
    assert (out / "id").read_text() == first
    assert left(tmp_path / "builds") == ["tree"]


@pytest.mark.parametrize(
    ("script", "limit_seconds", "reason"),
    [
        ("raise ValueError('no such flag')", 60, "exited with code 1: ValueError: no such flag"),
        ("while True: pass", 1, "ran longer than 1 s"),
        (
            "import urllib.request; urllib.request.urlopen('http://192.0.2.1', timeout=5)",
            60,
            "exited with code 1: urllib.error.URLError: <urlopen error [Errno 101] Network is unreachable>",
        ),
        ("open('/candidate/x', 'w')", 60, "exited with code 1: OSError: [Errno 30] Read-only file system: '/candidate/x'"),
    ],
)
async def test_a_failed_build_is_told_and_leaves_nothing(tmp_path: Path, script: str, limit_seconds: float, reason: str) -> None:
    with pytest.raises(BuildFailed) as caught:
        await build_tree(candidate(tmp_path, script), tmp_path / "builds/tree", limit_seconds=limit_seconds)
    assert caught.value.reason == f"build.py {reason}"
    assert left(tmp_path / "builds") == []
