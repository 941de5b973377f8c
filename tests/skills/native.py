"""Builds the native parts of a skill as a composed candidate would, and runs scripts over them in a child."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SKILLS = HERE.parents[1] / "skills"


def build(parts: Path, out: Path) -> Path:
    """What build.py makes of these parts."""
    subprocess.run([sys.executable, str(parts / "build.py"), "--out", str(out)], check=True)
    return out


def run_script(script: str, *arguments: object, build: Path) -> Any:
    """The JSON that a script of this folder prints."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "BUILD_DIR": str(build)}, timeout=120)
    return json.loads(done.stdout)
