"""A folder of sources as text: a starter, or the parts of a skill."""

from pathlib import Path


def read_sources(folder: Path) -> dict[str, str]:
    """All files below a folder by their relative path, in order; caches of Python are left out."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}
