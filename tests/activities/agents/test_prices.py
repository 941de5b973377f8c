"""What a reply costs."""

from pathlib import Path

import pytest

from activities.agents.dialogue import Usage
from activities.agents.prices import BrokenPrices, price_of, read_prices

USAGE = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)


def test_cached_tokens_have_their_own_price(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"mine": {"input": 2.0, "cached": 0.5, "output": 10.0, "context_tokens": 5000}}')
    price = price_of(read_prices(own), "mine")
    assert price.dollars(USAGE) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5 + 0.1 * 10.0)
    assert price.context_tokens == 5000


def test_the_homes_own_prices_go_before_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"gpt-4o": {"input": 1.0, "output": 1.0}}')
    assert price_of(read_prices(own), "gpt-4o").input == 1.0
    assert price_of(read_prices(tmp_path / "absent.json"), "gpt-4o").input == 2.5


def test_an_unknown_price_is_no_price(tmp_path: Path) -> None:
    price = price_of(read_prices(tmp_path / "absent.json"), "nobody/knows-7b")
    assert price.dollars(USAGE) is None and not price.known


def test_a_broken_table_is_named(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"gpt-4o": {"input": "cheap"}}')
    with pytest.raises(BrokenPrices, match=r"prices\.json"):
        read_prices(own)
