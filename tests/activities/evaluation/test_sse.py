"""Events come out whole however their bytes were cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.evaluation.sse import BrokenStream, EventStream

PAYLOADS = st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), min_size=1).map(str.strip).filter(bool))


def cut(content: bytes, places: list[int]) -> list[bytes]:
    """The content in pieces."""
    edges = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[start:end] for start, end in pairwise(edges)]


@given(PAYLOADS, st.lists(st.integers(0, 10_000), max_size=20), st.sampled_from(["\n", "\r\n"]))
def test_events_survive_any_cut(payloads: list[str], places: list[int], end: str) -> None:
    content = "".join(f"data: {payload}{end}{end}" for payload in payloads).encode()
    stream = EventStream()
    found = [payload for piece in cut(content, places) for payload in stream.feed(piece)]
    stream.finish()
    assert found == [payload.encode() for payload in payloads]


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_events_or_a_broken_stream(pieces: list[bytes]) -> None:
    stream = EventStream()
    try:
        for piece in pieces:
            stream.feed(piece)
        stream.finish()
    except BrokenStream as broken:
        assert str(broken)


def test_comments_and_other_fields_carry_nothing() -> None:
    assert EventStream().feed(b": ping\n\nevent: a\nid: 1\nretry: 5\ndata: x\n\n") == [b"x"]


def test_lines_of_one_event_are_joined() -> None:
    assert EventStream().feed(b"data: a\ndata:b\n\n") == [b"a\nb"]


def test_a_line_that_is_no_field_breaks_the_stream() -> None:
    with pytest.raises(BrokenStream, match="no field"):
        EventStream().feed(b'{"a": 1}\n')


def test_an_event_that_never_ends_breaks_the_stream() -> None:
    stream = EventStream()
    stream.feed(b"data: a\n")
    with pytest.raises(BrokenStream, match="inside an event"):
        stream.finish()
