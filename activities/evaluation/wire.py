"""The JSON documents of the text API as they arrive: OpenAI's forms with `token_ids` and `prompt_token_ids`, strictly typed."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

Endpoint = Literal["/v1/completions", "/v1/chat/completions", "/v1/realtime"]


class Malformed(ValueError):
    """A document that is no answer of the text API; the message says why."""


class _Wire(BaseModel):
    """Strict about types, indifferent to further fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class TokenDetails(_Wire):
    """What became of a prediction's tokens: each was in the answer at its turn, or was not."""

    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0


class Usage(_Wire):
    """What the server says that it counted; compared, never believed."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    completion_tokens_details: TokenDetails | None = None


class Alternative(_Wire):
    """One token with its natural log-probability."""

    token: str
    logprob: float


class ChatLogprob(Alternative):
    """One emitted token of a chat answer with its alternatives."""

    top_logprobs: tuple[Alternative, ...] = ()


class ChatLogprobs(_Wire):
    """The log-probabilities of a chat answer."""

    content: tuple[ChatLogprob, ...]


class CompletionLogprobs(_Wire):
    """The log-probabilities of a plain completion, as parallel lists."""

    tokens: tuple[str, ...]
    token_logprobs: tuple[float, ...]
    top_logprobs: tuple[Mapping[str, float], ...] | None = None


class Said(_Wire):
    """A chat message or a part of one."""

    content: str | None = None


class Choice(_Wire):
    """The one answer that a document carries; which of `text`, `delta` and `message` it has depends on the request."""

    index: int = 0
    text: str | None = None
    delta: Said | None = None
    message: Said | None = None
    finish_reason: str | None = None
    token_ids: tuple[int, ...] | None = None
    logprobs: ChatLogprobs | CompletionLogprobs | None = None


class Document(_Wire):
    """An answer, or one event of a streamed one."""

    choices: tuple[Choice, ...]
    prompt_token_ids: tuple[int, ...] | None = None
    usage: Usage | None = None


class Refusal(_Wire):
    """The inside of OpenAI's error object."""

    message: str
    type: str
    param: str | None = None
    code: str | int | None = None


class _Refused(_Wire):
    error: Refusal


def read_document(payload: bytes) -> Document:
    """One JSON document; raises `Malformed`, also when it is an error object."""
    try:
        return Document.model_validate_json(payload)
    except ValidationError as invalid:
        refusal = read_refusal(payload)
        raise Malformed(f"the server reported an error: {refusal.message}" if refusal else _complaint(invalid, payload)) from invalid


def read_refusal(payload: bytes) -> Refusal | None:
    """OpenAI's error object, or None when the document is none."""
    try:
        return _Refused.model_validate_json(payload).error
    except ValidationError:
        return None


def _complaint(invalid: ValidationError, payload: bytes) -> str:
    first = invalid.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the document"
    return f"{place}: {first['msg']} in {payload[:120].decode(errors='replace')!r}"
