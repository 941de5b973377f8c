"""The project stays invisible also where its environment lies inside it."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

PROJECT = Path(__file__).resolve().parents[3]
SCRIPT = """
import asyncio, sys
from pathlib import Path
from activities.sandbox.cell import Cell, Limits
from activities.sandbox.confinement import confine
code = "import os, sys; print(sorted(os.listdir(sys.argv[1])), sys.prefix == sys.argv[1] + '/.venv')"
async def main():
    cell = Cell(command=(sys.executable, "-c", code, sys.argv[1]), limits=Limits(memory_bytes=1 << 29))
    async with confine(cell, log=Path(sys.argv[2])) as confined:
        await confined.wait()
        print(confined.log_tail(), end="")
asyncio.run(main())
"""


def test_only_the_environment_of_the_project_is_visible(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for package in ("activities", "search", "targets"):
        copytree(PROJECT / package, project / package, ignore=ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"], check=True)
    packages = os.pathsep.join([str(project), *(path for path in sys.path if path.endswith("site-packages"))])
    command = [project / ".venv/bin/python", "-c", SCRIPT, project, tmp_path / "log"]
    told = subprocess.run(
        command, env={"PYTHONPATH": packages, "PATH": os.environ["PATH"]}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout == "['.venv'] True\n", told.stderr
