"""Removes a folder that a candidate could write, whatever it left there."""

import shutil
import subprocess
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Remove the folder and all in it, closed or deeply nested folders too; links are removed, never followed."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        subprocess.run(["chmod", "-R", "u+rwX", folder], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["rm", "-rf", folder], check=True)
