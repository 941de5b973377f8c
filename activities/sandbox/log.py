"""A log file that cannot grow: the beginning is written as it comes, the end is kept in memory and added at close."""

from pathlib import Path

HEAD_BYTES = 512 * 1024
TAIL_BYTES = 512 * 1024


class BoundedLog:
    """Keeps the first and the last half megabyte of what was printed, and counts all of it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._kept = 0
        self._tail = bytearray()
        self.total_bytes = 0

    def write(self, chunk: bytes) -> None:
        """Take what was printed."""
        self.total_bytes += len(chunk)
        room = HEAD_BYTES - self._kept
        if room > 0:
            self._file.write(chunk[:room])
            self._kept += min(room, len(chunk))
        self._tail += chunk
        if len(self._tail) > 2 * TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]

    def tail(self, size: int) -> str:
        """The last `size` bytes as text, at most half a megabyte."""
        return bytes(self._tail[-min(size, TAIL_BYTES) :]).decode(errors="replace")

    def close(self) -> None:
        """Add the end to the file."""
        beyond = self.total_bytes - self._kept
        end = bytes(self._tail[-min(beyond, TAIL_BYTES) :]) if beyond else b""
        if beyond > len(end):
            self._file.write(f"\n... {beyond - len(end)} bytes left out ...\n".encode())
        self._file.write(end)
        self._file.close()
