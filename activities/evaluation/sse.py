"""Server-sent events from bytes, however the bytes are cut on their way."""

DONE = b"[DONE]"
_FIELDS = (b"data", b"event", b"id", b"retry")


class BrokenStream(ValueError):
    """What arrived is no stream of events; the message says why."""


class EventStream:
    """Collects bytes until they complete events (WHATWG HTML, section 9.2, with lines that end in LF or CRLF)."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._searched = 0
        self._lines: list[bytes] = []

    def feed(self, read: bytes) -> list[bytes]:
        """The payloads of the events that `read` completes; raises `BrokenStream`."""
        self._pending += read
        payloads: list[bytes] = []
        while (line := self._line()) is not None:
            payload = self._take(line)
            if payload is not None:
                payloads.append(payload)
        return payloads

    def finish(self) -> None:
        """The bytes are over; raises `BrokenStream` when they ended inside an event."""
        if self._pending or self._lines:
            raise BrokenStream("the stream ends inside an event")

    def _line(self) -> bytes | None:
        end = self._pending.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._pending)
            return None
        line = bytes(self._pending[:end])
        del self._pending[: end + 1]
        self._searched = 0
        return line.removesuffix(b"\r")

    def _take(self, line: bytes) -> bytes | None:
        """Adds a line to the event; its payload when the line ends it."""
        if not line:
            payload, self._lines = b"\n".join(self._lines), []
            return payload or None
        name, _, text = line.partition(b":")
        if name and name not in _FIELDS:
            raise BrokenStream(f"a line of the stream is no field: {line[:80]!r}")
        if name == b"data":
            self._lines.append(text.removeprefix(b" "))
        return None
