"""What agents said, what they cost, what an analyst reads and how rivals fare, as the page tells it."""

import pytest
from aiohttp import ClientSession

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.console.candidate_view import spreads
from cli.console.talk import is_short, read_talks


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/search/first", ("What agents cost", "1,200", "0.25", "Beside generic engines", "The profile says")),
        (
            "/search/first/1",
            ("Who said what", "/session/0001-implementer", "4 steps", "What the analyst reads", "What the judge found", "refuted"),
        ),
        ("/search/first/session/0001-implementer", ("read_file", "handed in", "1,545 tokens", "/search/first/1")),
    ],
)
async def test_each_page_tells_its_part(visitor: ClientSession, address: str, path: str, parts: tuple[str, ...]) -> None:
    async with visitor.get(address + path) as answer:
        text = await answer.text()
    assert answer.status == 200
    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize("session", ["0001-nobody", "0009-implementer", "0001-implementer-2"])
async def test_a_session_that_is_not_there_is_not_found(visitor: ClientSession, address: str, session: str) -> None:
    async with visitor.get(f"{address}/search/first/session/{session}") as answer:
        assert answer.status == 404


def test_a_session_is_found_with_its_candidate_and_no_other(library: Home) -> None:
    ledger = Ledger.open(library.ledger)
    assert [(talk.role, len(talk.steps)) for talk in read_talks(ledger, "first", 1)] == [("implementer", 4)]
    assert read_talks(ledger, "first", 2) == ()


def test_long_words_are_folded() -> None:
    assert is_short("a line")
    assert not is_short("a\n" * 40)
    assert not is_short("a" * 5000)


def test_times_are_drawn_where_they_were_kept(library: Home) -> None:
    ledger = Ledger.open(library.ledger)
    kept = next(record for record in ledger.records("going") if record.pairs)
    assert [each.name for each in spreads(kept.pairs)] == ["time to first token", "time per output token", "whole latency"]
    assert spreads(next(record for record in ledger.records("first") if record.pairs).pairs) == ()
