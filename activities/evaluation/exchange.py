"""One request's answer as the harness understood it: token ids, text, how it ended, and what was wrong with its form.

Everything here is pure, and bounded by what it is given: the client stops reading at `most_bytes`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from activities.evaluation.sse import DONE, BrokenStream, EventStream
from activities.evaluation.wire import (
    ChatLogprobs,
    Choice,
    CompletionLogprobs,
    Document,
    Endpoint,
    Malformed,
    Refusal,
    Usage,
    read_document,
    read_refusal,
)
from search.value import Value

_BYTES_PER_ANSWER = 1 << 20
_BYTES_PER_TOKEN = 8192


class Read(NamedTuple):
    """Bytes that arrived together and when, on the load generator's clock."""

    at: float
    content: bytes


class Arrival(NamedTuple):
    """Output tokens that arrived together and when."""

    at: float
    tokens: int


class Likelihood(Value):
    """What the server reported for one output token: its name, its natural log-probability and the alternatives'."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...]


class Exchange(Value):
    """A whole answer. `fault` says in one line why it is not well formed; what was understood until then is kept."""

    status: int
    token_ids: tuple[int, ...] = ()
    text: str = ""
    finish_reason: str | None = None
    prompt_token_ids: tuple[int, ...] | None = None
    likelihoods: tuple[Likelihood, ...] | None = None
    usage: Usage | None = None
    refusal: Refusal | None = None
    arrivals: tuple[Arrival, ...] = ()
    fault: str | None = None


def most_bytes(max_tokens: int) -> int:
    """An answer of `max_tokens` tokens that is longer than this is garbage."""
    return _BYTES_PER_ANSWER + _BYTES_PER_TOKEN * max_tokens


def read_exchange(reads: Sequence[Read], *, status: int, endpoint: Endpoint, stream: bool) -> Exchange:
    """Understands what arrived; never raises for what a server sends."""
    if status != 200:
        return _refused(status, b"".join(read.content for read in reads))
    parts, fault = _Parts(endpoint, stream=stream), None
    try:
        (_take_stream if stream else _take_whole)(parts, reads)
    except (BrokenStream, Malformed) as problem:
        fault = str(problem)
    return parts.exchange(fault)


def _refused(status: int, body: bytes) -> Exchange:
    refusal = read_refusal(body)
    told = refusal.message if refusal else repr(body[:120])
    return Exchange(status=status, refusal=refusal, fault=f"status {status}: {told}")


class _Parts:
    """An answer as it is put together from documents."""

    def __init__(self, endpoint: Endpoint, *, stream: bool) -> None:
        self._chat = endpoint == "/v1/chat/completions"
        self._stream = stream
        self._ids: list[int] = []
        self._text: list[str] = []
        self._likelihoods: list[Likelihood] | None = None
        self._finish: str | None = None
        self._prompt: tuple[int, ...] | None = None
        self._usage: Usage | None = None
        self._arrivals: list[Arrival] = []

    def exchange(self, fault: str | None) -> Exchange:
        """What was understood, and what was wrong with it."""
        unfinished = "the answer ends without a finish_reason" if self._finish is None else None
        return Exchange(
            status=200,
            token_ids=tuple(self._ids),
            text="".join(self._text),
            finish_reason=self._finish,
            prompt_token_ids=self._prompt,
            likelihoods=None if self._likelihoods is None else tuple(self._likelihoods),
            usage=self._usage,
            arrivals=tuple(self._arrivals),
            fault=fault or unfinished,
        )

    def add(self, document: Document, at: float) -> None:
        """Adds one document that arrived at `at`."""
        self._prompt = self._prompt or document.prompt_token_ids
        self._usage = document.usage or self._usage
        if len(document.choices) > 1:
            raise Malformed(f"{len(document.choices)} choices where one was asked for")
        for choice in document.choices:
            self._choose(choice, at)

    def _choose(self, choice: Choice, at: float) -> None:
        if self._finish is not None:
            raise Malformed("the answer goes on after its finish_reason")
        text = self._words(choice)
        if choice.index != 0 or text is None or choice.token_ids is None:
            raise Malformed("a choice lacks its text or its token_ids, or is not number 0")
        self._text.append(text)
        self._ids.extend(choice.token_ids)
        if choice.token_ids:
            self._arrivals.append(Arrival(at, len(choice.token_ids)))
        if choice.logprobs is not None:
            self._likelihoods = [*(self._likelihoods or ()), *_likelihoods(choice.logprobs)]
        self._finish = choice.finish_reason

    def _words(self, choice: Choice) -> str | None:
        """The text of a choice; None where the form of the answer asks for another field."""
        if not self._chat:
            return choice.text
        said = choice.delta if self._stream else choice.message
        return None if said is None else said.content or ""


def _take_whole(parts: _Parts, reads: Sequence[Read]) -> None:
    document = read_document(b"".join(read.content for read in reads))
    if not document.choices:
        raise Malformed("the answer has no choices")
    parts.add(document, reads[-1].at)


def _take_stream(parts: _Parts, reads: Sequence[Read]) -> None:
    stream, done = EventStream(), False
    for read in reads:
        for payload in stream.feed(read.content):
            if done:
                raise Malformed("the stream goes on after [DONE]")
            done = payload == DONE
            if not done:
                parts.add(read_document(payload), read.at)
    stream.finish()
    if not done:
        raise Malformed("the stream ends without [DONE]")


def _likelihoods(logprobs: ChatLogprobs | CompletionLogprobs) -> list[Likelihood]:
    if isinstance(logprobs, ChatLogprobs):
        return [
            Likelihood(token=one.token, logprob=one.logprob, top=tuple((other.token, other.logprob) for other in one.top_logprobs))
            for one in logprobs.content
        ]
    tops = logprobs.top_logprobs or tuple({} for _ in logprobs.tokens)
    if not len(logprobs.tokens) == len(logprobs.token_logprobs) == len(tops):
        raise Malformed("the lists of logprobs differ in length")
    return [
        Likelihood(token=token, logprob=logprob, top=tuple(top.items()))
        for token, logprob, top in zip(logprobs.tokens, logprobs.token_logprobs, tops, strict=True)
    ]
