"""The beginning and the end of a log are kept, whatever its length."""

from pathlib import Path

from activities.sandbox.log import HEAD_BYTES, TAIL_BYTES, BoundedLog


def write(path: Path, total: int, chunk: int) -> bytes:
    """A log of `total` bytes, written in chunks; the whole text."""
    text = b"".join(b"%07d\n" % number for number in range(total // 8))
    log = BoundedLog(path)
    for start in range(0, len(text), chunk):
        log.write(text[start : start + chunk])
    assert log.tail(16) == text[-16:].decode()
    log.close()
    return text


def test_a_short_log_is_whole(tmp_path: Path) -> None:
    text = write(tmp_path / "log", HEAD_BYTES + TAIL_BYTES, 1000)
    assert (tmp_path / "log").read_bytes() == text


def test_a_long_log_loses_its_middle(tmp_path: Path) -> None:
    text = write(tmp_path / "log", 8 << 20, 65536)
    kept = (tmp_path / "log").read_bytes()
    left_out = len(text) - HEAD_BYTES - TAIL_BYTES
    assert kept == text[:HEAD_BYTES] + f"\n... {left_out} bytes left out ...\n".encode() + text[-TAIL_BYTES:]
