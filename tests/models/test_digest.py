"""Digests of large files are remembered until the file changes."""

import os
from pathlib import Path

from models import digest
from models.digest import digest_files


def _large(folder: Path, first: bytes) -> Path:
    file = folder / "weights"
    file.write_bytes(first + bytes(digest._LARGE_BYTES))  # pyright: ignore[reportPrivateUsage]
    return file


def test_memory_changes_no_digest(tmp_path: Path) -> None:
    file, memory = _large(tmp_path, b"a"), tmp_path / "memory"
    plain = digest_files([file], memory=None)
    assert [digest_files([file], memory=memory) for _ in range(2)] == [plain, plain]
    assert len(list(memory.iterdir())) == 1


def test_a_remembered_digest_spares_reading(tmp_path: Path) -> None:
    file, memory = _large(tmp_path, b"a"), tmp_path / "memory"
    known, status = digest_files([file], memory=memory), file.stat()
    _large(tmp_path, b"b")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert digest_files([file], memory=memory) == known


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file, memory = _large(tmp_path, b"a"), tmp_path / "memory"
    known = digest_files([file], memory=memory)
    _large(tmp_path, b"b")
    os.utime(file, ns=(0, 0))
    assert digest_files([file], memory=memory) != known


def test_a_damaged_memory_is_replaced(tmp_path: Path) -> None:
    file, memory = _large(tmp_path, b"a"), tmp_path / "memory"
    known = digest_files([file], memory=memory)
    next(memory.iterdir()).write_text("{")
    assert digest_files([file], memory=memory) == known


def test_names_count(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("same")
    other.write_text("same")
    assert digest_files([one], memory=None) != digest_files([other], memory=None)
