"""Receivers by name at the command line; their addresses are never shown."""

import json

import pytest

from activities.home import Home
from activities.receivers import read_receivers
from cli.notify import named_receivers
from tests.cli.person import Vibeserve

ADDRESS = "https://chat.example:8443/hooks/secret-7c1f"


def test_a_receiver_is_kept_listed_without_its_secret_and_forgotten(vibeserve: Vibeserve, home: Home) -> None:
    assert vibeserve("notify", "add", "team", ADDRESS, "--on", "end").code == 0
    listed = vibeserve("notify", "list", "--json")
    assert json.loads(listed.stdout) == [{"name": "team", "host": "https://chat.example:8443", "occasions": ["end"]}]
    assert "secret-7c1f" not in vibeserve("notify", "list").stdout
    assert vibeserve("notify", "remove", "team").code == 0
    assert read_receivers(home.receivers) == {}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("notify", "add", "team", "chat.example/secret-7c1f"), "https://"),
        (("notify", "add", "The Team", ADDRESS), "small letters"),
        (("notify", "add", "team", ADDRESS, "--on", "fire"), "promotion, budget, end, failure"),
        (("notify", "test", "team"), "vibeserve notify add team"),
        (("search", "chat", "--model", "tiny", "--notify", "team"), "vibeserve notify add team"),
    ],
)
def test_a_mistake_names_what_is_right_and_no_secret(typed: tuple[str, ...], words: str, vibeserve: Vibeserve, home: Home) -> None:
    ended = vibeserve(*typed)
    assert (ended.code, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)
    assert words in ended.stderr
    assert "secret-7c1f" not in ended.stderr
    assert not home.root.exists()


@pytest.mark.parametrize(
    ("address", "begins"),
    [(ADDRESS, "chat.example"), ("http://me:secret@[::1]:8080/", "1-8080"), (f"https://{'a' * 60}.example/secret", "aaa")],
)
def test_an_address_that_is_typed_for_a_search_is_recorded_by_a_name_alone(
    address: str, begins: str, vibeserve: Vibeserve, home: Home
) -> None:
    vibeserve("notify", "list")
    names = named_receivers(home, [address, address])
    assert len(names) == 1
    assert names[0].startswith(begins)
    assert "secret" not in names[0]
    assert read_receivers(home.receivers)[names[0]].address.get_secret_value() == address
