"""A folder of sources as text: a starter, or the parts of a skill."""

import hashlib
from pathlib import Path


def read_sources(folder: Path) -> dict[str, str]:
    """All files below a folder by their relative path, in order; caches of Python are left out."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def laid_out(folder: Path, *, under: Path) -> Path:
    """A folder of sources without links: itself, or a copy below `under` that is named by its content. A sandbox shows a candidate nothing
    that lies elsewhere, and a scenario's starter shares files with another's."""
    if not any(path.is_symlink() for path in folder.rglob("*")):
        return folder
    sources = read_sources(folder)
    copy = under / hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()[:40]
    for name, text in sources.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    return copy
