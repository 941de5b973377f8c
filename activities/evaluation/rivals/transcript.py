"""What a rival streamed, event by event: OpenAI's forms, read leniently, because a rival is trusted and knows nothing of our contract."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from activities.evaluation.exchange import Read
from activities.evaluation.sse import DONE, BrokenStream, EventStream
from activities.evaluation.wire import Endpoint
from search.value import Value


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Said(_Wire):
    content: str | None = None


class _Choice(_Wire):
    text: str | None = None
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None
    token_ids: tuple[int, ...] | None = None


class _Usage(_Wire):
    completion_tokens: int = 0


class _Event(_Wire):
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    error: JsonValue = None


class Piece(NamedTuple):
    """A part of the answer and when it arrived."""

    at: float
    text: str
    token_ids: tuple[int, ...]


class Transcript(Value):
    """A whole answer as it was told."""

    pieces: tuple[Piece, ...]
    """Those with text or tokens in them."""
    finish_reason: str | None = None
    claimed_tokens: int | None = None
    """`completion_tokens` of its usage."""
    fault: str | None = None

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def token_ids(self) -> tuple[int, ...]:
        """All that were told."""
        return tuple(token for piece in self.pieces for token in piece.token_ids)


def read_transcript(reads: Sequence[Read], *, status: int, endpoint: Endpoint, stream: bool) -> Transcript:
    """Understands what arrived; never raises for what a server sends."""
    body = b"".join(read.content for read in reads)
    if status != 200:
        return Transcript(pieces=(), fault=f"status {status}: {body[:200].decode(errors='replace')}")
    try:
        return _joined(_streamed(reads) if stream else [(reads[-1].at if reads else 0.0, body)], chat=endpoint == "/v1/chat/completions")
    except BrokenStream as broken:
        return Transcript(pieces=(), fault=str(broken))
    except ValidationError as invalid:
        return Transcript(
            pieces=(), fault=f"no answer of OpenAI's: {invalid.errors()[0]['msg']} in {body[-120:].decode(errors='replace')!r}"
        )


def _streamed(reads: Sequence[Read]) -> list[tuple[float, bytes]]:
    stream = EventStream()
    return [(read.at, payload) for read in reads for payload in stream.feed(read.content) if payload != DONE]


def _joined(payloads: Sequence[tuple[float, bytes]], *, chat: bool) -> Transcript:
    pieces: list[Piece] = []
    finish: str | None = None
    claimed: int | None = None
    for at, payload in payloads:
        event = _Event.model_validate_json(payload)
        if event.error is not None:
            return Transcript(pieces=tuple(pieces), fault=f"the server reported an error: {str(event.error)[:200]}")
        claimed = event.usage.completion_tokens if event.usage else claimed
        for choice in event.choices:
            finish = choice.finish_reason or finish
            piece = Piece(at, _words(choice, chat=chat), choice.token_ids or ())
            pieces += [piece] if piece.text or piece.token_ids else []
    unfinished = None if finish else "the answer ends without a finish_reason"
    return Transcript(pieces=tuple(pieces), finish_reason=finish, claimed_tokens=claimed, fault=unfinished)


def _words(choice: _Choice, *, chat: bool) -> str:
    said = choice.delta or choice.message
    return ((said.content if said else None) if chat else choice.text) or ""
