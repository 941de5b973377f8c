"""The folder in which an outside author works: laid out from the ledger, and read back when it is handed in."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from activities.ledger.errors import UnfitFiles
from activities.ledger.files import FILE_BYTES, FILES, fit_files

BRIEF = "BRIEF.md"
STATED = "HYPOTHESIS.json"
"""Where a command says what its tree tests."""
OWN_FILES = (BRIEF, STATED)
CACHES = ("__pycache__", "node_modules")


def lay_out(folder: Path, files: Mapping[str, str], brief: str) -> Path:
    """Make the folder hold these files; one that exists is its author's, and only its brief is written anew."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _write(scratch / "tree", files)
            if not folder.exists():
                (scratch / "tree").rename(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    (folder / BRIEF).write_text(brief)
    return folder


def read_work(folder: Path) -> Mapping[str, str]:
    """What is handed in: all files but the brief, hidden ones and caches. UnfitFiles says what cannot be a candidate."""
    found = list(_found(folder, folder))
    if len(found) > FILES:
        raise UnfitFiles(f"a candidate may have at most {FILES} files, {folder} has {len(found)}: hand in a folder with the server alone")
    files = {path.relative_to(folder).as_posix(): _text(path, folder) for path in sorted(found)}
    if "serve.py" not in files:
        raise UnfitFiles(f"{folder} has no serve.py, which every candidate must have")
    fit_files(files)
    return files


def _found(folder: Path, root: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in CACHES or (folder == root and path.name in OWN_FILES):
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise UnfitFiles(f"{path.relative_to(root)} is neither a file nor a folder: remove it, or put a plain file in its place")
        if path.is_dir():
            yield from _found(path, root)
        else:
            yield path


def _text(path: Path, root: Path) -> str:
    name = path.relative_to(root)
    if path.stat().st_size > FILE_BYTES:
        raise UnfitFiles(f"{name} has {path.stat().st_size} bytes, at most {FILE_BYTES} are allowed: remove it, or make it in build.py")
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise UnfitFiles(f"{name} is not text: remove it, or make it in build.py") from None


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        if name in OWN_FILES:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
