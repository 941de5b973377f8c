"""A rival is asked in its own words, and its tokens are counted as it made them."""

import json

import pytest

from activities.evaluation.client import Recording
from activities.evaluation.exchange import Read
from activities.evaluation.ground import Ground
from activities.evaluation.rivals.dialect import Dialect, spread
from activities.evaluation.rivals.transcript import Piece, read_transcript
from scenarios.scenario import Message, Request

REQUEST = Request(number=0, endpoint="/v1/chat/completions", messages=(Message(role="user", content="one"),), max_tokens=6, ignore_eos=True)


def dialect(ground: Ground, *, token_ids: bool) -> Dialect:
    """Without `return_token_ids`, with a word more."""
    omit = frozenset() if token_ids else frozenset({"return_token_ids"})
    return Dialect(model="mine", omit=omit, add={"more": 1}, token_ids=token_ids, tokenizer=ground.checkpoint.folder)


def recording(*events: dict[str, object]) -> Recording:
    """An answer whose events arrive one second after another."""
    lines = [f"data: {json.dumps(event)}\n\n".encode() for event in events]
    return Recording(request=REQUEST, sent=0.0, status=200, reads=[Read(float(at + 1), line) for at, line in enumerate(lines)])


def said(text: str, ids: list[int] | None = None, finish: str | None = None) -> dict[str, object]:
    """One event of a chat."""
    return {"choices": [{"index": 0, "delta": {"content": text}, "token_ids": ids, "finish_reason": finish}]}


def test_a_request_is_put_into_the_rivals_words(ground: Ground) -> None:
    body = json.loads(dialect(ground, token_ids=False).encode(REQUEST))
    assert (body["model"], body["more"], body["max_tokens"], body["ignore_eos"]) == ("mine", 1, 6, True)
    assert "return_token_ids" not in body


def test_told_token_ids_are_counted_when_they_arrive(ground: Ground) -> None:
    opening = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}, "token_ids": None}]}
    told = recording(opening, said(" a", [300]), said(" b c", [301, 302], "length"))
    exchange = dialect(ground, token_ids=True).listener()(told)
    assert exchange.token_ids == (300, 301, 302)
    assert [tuple(arrival) for arrival in exchange.arrivals] == [(2.0, 1), (3.0, 2)]
    assert exchange.fault is None


def test_without_token_ids_the_rivals_own_number_is_taken_and_never_more_than_was_asked_for(ground: Ground) -> None:
    listen = dialect(ground, token_ids=False).listener()
    events = (said(" one"), said(" two", finish="length"))
    usage = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}}
    assert [arrival.tokens for arrival in listen(recording(*events, usage)).arrivals] == [2, 2]
    boast = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 400, "total_tokens": 403}}
    assert sum(arrival.tokens for arrival in listen(recording(*events, boast)).arrivals) == REQUEST.max_tokens


def test_without_any_number_the_tokenizer_counts(ground: Ground) -> None:
    exchange = dialect(ground, token_ids=False).listener()(recording(said(" one"), said(" two", finish="length")))
    assert exchange.token_ids == tuple(ground.vocabulary.split(" one two"))
    assert sum(arrival.tokens for arrival in exchange.arrivals) == min(len(exchange.token_ids), REQUEST.max_tokens)


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        ([{"error": "no memory"}], "the server reported an error: no memory"),
        ([said(" a")], "the answer ends without a finish_reason"),
        ([said("", finish="length")], "the answer has no tokens"),
        ([{"choices": "none"}], "no answer of OpenAI's"),
    ],
)
def test_what_is_no_whole_answer_is_a_fault(ground: Ground, events: list[dict[str, object]], fault: str) -> None:
    assert fault in (dialect(ground, token_ids=False).listener()(recording(*events)).fault or "")


def test_a_refusal_is_told_with_its_status() -> None:
    told = read_transcript([Read(1.0, b'{"detail": "no"}')], status=422, endpoint=REQUEST.endpoint, stream=True)
    assert told.fault == 'status 422: {"detail": "no"}'


@pytest.mark.parametrize(("pieces", "tokens"), [(3, 3), (3, 7), (5, 3), (1, 4)])
def test_spread_tokens_are_as_many_as_were_made_and_in_order(pieces: int, tokens: int) -> None:
    arrivals = spread([Piece(float(at), "x", ()) for at in range(pieces)], tokens)
    assert sum(arrival.tokens for arrival in arrivals) == tokens
    assert [arrival.at for arrival in arrivals] == sorted(arrival.at for arrival in arrivals)
