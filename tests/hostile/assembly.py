"""Puts a candidate together from one small file: the starter with a quick engine, and the file in place of `serve.py`."""

import shutil
from pathlib import Path

FOLDER = Path(__file__).parent


def assemble_candidate(name: str, *, starter: Path, into: Path) -> Path:
    """The candidate's folder below `into`; the file imports the starter's own `serve.py` as `honest`."""
    folder = into / name
    shutil.copytree(starter, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(FOLDER / "honest" / "engine.py", folder / "engine.py")
    (folder / "serve.py").rename(folder / "honest.py")
    shutil.copy(FOLDER / "candidates" / f"{name}.py", folder / "serve.py")
    return folder
