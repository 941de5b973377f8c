"""Builds the native parts of a recipe as a composed candidate would, and runs scripts over them in a child."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from activities.agents.catalog import load_catalog

HERE = Path(__file__).parent
OUT = "made"


def built(recipe: str, folder: Path) -> Path:
    """A folder with all that the recipe puts into a tree, and in OUT below it what its build.py makes of that."""
    for name, text in load_catalog().parts[recipe].items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / OUT).mkdir()
    subprocess.run([sys.executable, str(folder / "build.py"), "--out", str(folder / OUT)], check=True)
    return folder


def run_script(script: str, parts: Path, *, threads: int) -> Any:
    """The JSON that a script of this folder prints about built parts."""
    command = [sys.executable, str(HERE / script), str(parts), str(threads)]
    environment = {**os.environ, "BUILD_DIR": str(parts / OUT)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, timeout=120)
    return json.loads(done.stdout)
