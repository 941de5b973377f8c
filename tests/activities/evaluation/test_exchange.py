"""Answers are understood as they were meant, or said to be malformed; nothing that a server sends raises."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.evaluation.exchange import Arrival, Exchange, Read, read_exchange
from activities.evaluation.wire import Endpoint

CHAT: Endpoint = "/v1/chat/completions"
PLAIN: Endpoint = "/v1/completions"
ENDPOINTS = st.sampled_from([CHAT, PLAIN])


def chunk(endpoint: Endpoint, ids: list[int], text: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One event as a right server sends it."""
    said = {"delta": {"content": text}} if endpoint == CHAT else {"text": text}
    return {"choices": [{"index": 0, "token_ids": ids, "finish_reason": finish, **said}], **more}


def stream(*documents: dict[str, Any], end: bytes = b"data: [DONE]\n\n") -> bytes:
    """Events with the closing one."""
    return b"".join(b"data: " + json.dumps(document).encode() + b"\n\n" for document in documents) + end


def understood(content: bytes, *, endpoint: Endpoint = PLAIN, streamed: bool = True, status: int = 200) -> Exchange:
    """The exchange when all arrives at once."""
    return read_exchange([Read(1.0, content)], status=status, endpoint=endpoint, stream=streamed)


@given(ENDPOINTS, st.lists(st.tuples(st.lists(st.integers(0, 9000), min_size=1, max_size=4), st.text(max_size=5)), min_size=1))
def test_streams_carry_all_tokens_with_their_times(endpoint: Endpoint, pieces: list[tuple[list[int], str]]) -> None:
    documents = [chunk(endpoint, ids, text, "length" if number == len(pieces) - 1 else None) for number, (ids, text) in enumerate(pieces)]
    documents[0]["prompt_token_ids"] = [1, 2]
    reads = [Read(float(number), stream(document, end=b"")) for number, document in enumerate(documents)]
    exchange = read_exchange([*reads, Read(99.0, b"data: [DONE]\n\n")], status=200, endpoint=endpoint, stream=True)
    assert exchange.fault is None
    assert exchange.token_ids == tuple(number for ids, _ in pieces for number in ids)
    assert exchange.text == "".join(text for _, text in pieces)
    assert exchange.arrivals == tuple(Arrival(float(number), len(ids)) for number, (ids, _) in enumerate(pieces))
    assert (exchange.prompt_token_ids, exchange.finish_reason) == ((1, 2), "length")


def test_a_token_counts_when_the_bytes_that_complete_its_event_arrive() -> None:
    whole = stream(chunk(PLAIN, [5], "a", "length"))
    exchange = read_exchange([Read(1.0, whole[:20]), Read(2.0, whole[20:])], status=200, endpoint=PLAIN, stream=True)
    assert exchange.arrivals == (Arrival(2.0, 1),)


@given(st.binary(max_size=200), ENDPOINTS, st.booleans(), st.sampled_from([200, 400, 500]))
def test_any_bytes_are_understood_or_a_fault(content: bytes, endpoint: Endpoint, streamed: bool, status: int) -> None:
    exchange = understood(content, endpoint=endpoint, streamed=streamed, status=status)
    assert exchange.fault


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["choices", "token_ids", "text", "index"]), inner, max_size=3)
    ),
)


@given(JSON, st.booleans())
def test_any_document_is_understood_or_a_fault(document: Any, streamed: bool) -> None:
    exchange = understood(stream(document) if streamed else json.dumps(document).encode(), streamed=streamed)
    assert exchange.fault or exchange.token_ids


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (stream(chunk(PLAIN, [5], "a")), "without a finish_reason"),
        (stream(chunk(PLAIN, [5], "a", "length"), end=b""), r"without \[DONE\]"),
        (stream(chunk(PLAIN, [5], "a", "length"), chunk(PLAIN, [6], "b")), "goes on after its finish_reason"),
        (stream(chunk(PLAIN, [5], "a", "length")) + stream(end=b"data: x\n\n"), r"goes on after \[DONE\]"),
        (stream(chunk(CHAT, [5], "a", "length")), "lacks its text"),
        (stream({"choices": [{"text": "a", "finish_reason": "length"}]}), "token_ids"),
        (stream({"choices": [{"text": "a", "token_ids": [1.5]}]}), "valid integer"),
        (stream({"choices": [{"text": "a", "token_ids": [1]}] * 2}), "2 choices"),
        (stream({"error": {"message": "out of memory", "type": "server_error"}}), "out of memory"),
        (b"data: {\n\n", "Invalid JSON"),
    ],
)
def test_a_malformed_stream_is_told_in_words(content: bytes, fault: str) -> None:
    assert re.search(fault, understood(content).fault or "")


def test_what_arrived_before_a_fault_is_kept() -> None:
    exchange = understood(stream(chunk(PLAIN, [5, 6], "ab"), end=b"data: {\n\n"))
    assert (exchange.token_ids, exchange.text) == ((5, 6), "ab")


def test_a_whole_chat_answer_is_understood() -> None:
    choice = {"index": 0, "token_ids": [3, 4], "message": {"role": "assistant", "content": "x y"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}
    document = {"choices": [choice], "prompt_token_ids": [1, 2], "usage": usage}
    exchange = understood(json.dumps(document).encode(), endpoint=CHAT, streamed=False)
    assert (exchange.fault, exchange.token_ids, exchange.text, exchange.finish_reason) == (None, (3, 4), "x y", "stop")
    assert exchange.usage and exchange.usage.total_tokens == 4


def test_a_refusal_keeps_its_error_object() -> None:
    exchange = understood(b'{"error": {"message": "too long", "type": "invalid_request_error", "param": null, "code": null}}', status=400)
    assert exchange.refusal and exchange.refusal.message == "too long"
    assert exchange.fault == "status 400: too long"


@pytest.mark.parametrize("endpoint", [CHAT, PLAIN])
def test_likelihoods_are_read_from_both_forms(endpoint: Endpoint) -> None:
    top = [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1.5}]
    chat = {"content": [{"token": "a", "logprob": -0.5, "top_logprobs": top}]}
    plain = {"tokens": ["a"], "token_logprobs": [-0.5], "top_logprobs": [{"a": -0.5, "b": -1.5}]}
    document = chunk(endpoint, [7], "a", "length")
    document["choices"][0]["logprobs"] = chat if endpoint == CHAT else plain
    exchange = understood(stream(document), endpoint=endpoint)
    assert exchange.likelihoods and exchange.likelihoods[0].top == (("a", -0.5), ("b", -1.5))
