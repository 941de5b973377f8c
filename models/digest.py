"""Digests of files; those of large files are remembered by path, size and time of change."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from search.value import Value

_LARGE_BYTES = 16 << 20


class _Remembered(Value):
    path: str
    size: int
    changed_ns: int
    digest: str


def digest_files(files: Sequence[Path], *, memory: Path | None) -> str:
    """SHA-256 over names and contents; `memory` is a folder that keeps digests of large files."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.name} {_digest(file, memory)}\n".encode())
    return whole.hexdigest()


def _digest(file: Path, memory: Path | None) -> str:
    status = file.stat()
    if memory is None or status.st_size < _LARGE_BYTES:
        return _read(file)
    path = str(file.resolve())
    place = memory / f"{hashlib.sha256(path.encode()).hexdigest()[:24]}.json"
    known = _recall(place)
    if known is not None and (known.path, known.size, known.changed_ns) == (path, status.st_size, status.st_mtime_ns):
        return known.digest
    found = _Remembered(path=path, size=status.st_size, changed_ns=status.st_mtime_ns, digest=_read(file))
    memory.mkdir(parents=True, exist_ok=True)
    place.write_text(found.model_dump_json())
    return found.digest


def _recall(place: Path) -> _Remembered | None:
    try:
        return _Remembered.model_validate_json(place.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _read(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
