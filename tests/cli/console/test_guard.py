"""Who may look at the page and who may act."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from cli.console.guard import Guard, read_token
from tests.cli.console.conftest import TOKEN

KEY = Guard(token=TOKEN, host="127.0.0.1").form_key


async def enter(visitor: ClientSession, address: str) -> None:
    async with visitor.get(f"{address}/enter?token={TOKEN}", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_this_machine_may_look_without_a_token(visitor: ClientSession, address: str) -> None:
    async with visitor.get(f"{address}/search/first") as answer:
        assert answer.status == 200
        assert KEY not in await answer.text(), "a form key was given to one without the token"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::2]", "10.0.0.1"])
async def test_a_name_that_was_made_to_point_here_is_refused(visitor: ClientSession, address: str, host: str) -> None:
    async with visitor.get(f"{address}/", headers={"Host": host}) as answer:
        assert answer.status == 403


async def test_a_forwarded_port_is_welcome(visitor: ClientSession, address: str) -> None:
    async with visitor.get(f"{address}/", headers={"Host": "localhost:9"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:9"},
        {"Origin": "null"},
    ],
)
async def test_other_sites_are_refused(visitor: ClientSession, address: str, headers: dict[str, str]) -> None:
    async with visitor.get(f"{address}/search/first", headers=headers) as answer:
        assert answer.status == 403


async def test_beyond_this_machine_a_look_needs_the_token(visitor: ClientSession, far_address: str) -> None:
    for path in ("/", "/search/first", "/static/console.css", "/live"):
        async with visitor.get(f"{far_address}{path}") as answer:
            assert answer.status == 403
    await enter(visitor, far_address)
    async with visitor.get(f"{far_address}/search/first") as answer:
        assert answer.status == 200


async def test_a_wrong_token_opens_nothing(visitor: ClientSession, far_address: str) -> None:
    async with visitor.get(f"{far_address}/enter?token=wrong") as answer:
        assert answer.status == 403
    assert len(visitor.cookie_jar) == 0


async def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: ClientSession, address: str) -> None:
    async with visitor.get(f"{address}/enter?token={TOKEN}", allow_redirects=False) as answer:
        told = answer.headers["Set-Cookie"]
    assert "HttpOnly" in told
    assert "SameSite=Strict" in told
    assert TOKEN not in told


async def test_an_act_needs_the_cookie_the_form_key_and_an_origin(visitor: ClientSession, address: str) -> None:
    act, ours = f"{address}/search/first/act", {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    async with visitor.post(act, data={"key": KEY}, headers=ours) as answer:
        assert answer.status == 403, "without the cookie"
    await enter(visitor, address)
    async with visitor.post(act, data={"key": "guessed"}, headers=ours) as answer:
        assert answer.status == 403, "without the key of the form"
    async with visitor.post(act, data={"key": KEY}) as answer:
        assert answer.status == 403, "without an origin"
    async with visitor.post(act, data={"key": KEY}, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403, "from another site"
    async with visitor.post(act, data={"key": KEY, "kind": "stop"}, headers=ours) as answer:
        assert answer.status == 409, "with everything right it reaches Temporal, which does not run here"
        assert "vibeserve up" in await answer.text()


@pytest.mark.parametrize("path", ["/", "/search/first", "/search/first/1", "/search/nope", "/static/console.js", "/static/nope"])
async def test_every_answer_carries_the_policy(visitor: ClientSession, address: str, path: str) -> None:
    async with visitor.get(f"{address}{path}") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_token_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "token"
    first = read_token(path)
    assert read_token(path) == first
    assert len(first) >= 40
    assert path.stat().st_mode & 0o077 == 0
