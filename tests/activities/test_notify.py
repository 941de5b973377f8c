"""Notices arrive as documented, are tried again only where that can help, and no address leaves the home's file."""

import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from activities.home import Home
from activities.notify import Messenger, payload
from activities.notify_task import NotifyTask
from activities.receivers import BrokenReceivers, Receiver, read_receivers, write_receivers
from search.notice import Notice

KEY = "hook-7c1f"
NOTICE = Notice(
    occasion="promotion",
    search="first",
    key="promotion-4",
    when=datetime(2026, 6, 5, 12, tzinfo=UTC),
    words="candidate 4: promoted, 1.35x [1.30, 1.41] in 3 pairs: <!channel> & more",
    scenario="chat",
    target="cpu",
    model="small",
    champion=4,
    claim="<!channel> & more",
    ratio=8.99,
    low=8.5,
    high=9.4,
)

Answer = Callable[[web.Request], Awaitable[web.Response]]


class Ear:
    """A receiver that keeps what it hears."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/{KEY}"
        self.heard: list[tuple[str, object, str]] = []
        self.status = 200
        self.headers: dict[str, str] = {}


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    """It answers with what the test sets."""
    found: list[Ear] = []

    async def hear(request: web.Request) -> web.Response:
        found[0].heard.append((request.path, await request.json(), request.headers.get("Idempotency-Key", "")))
        return web.Response(status=found[0].status, headers=found[0].headers)

    app = web.Application()
    app.router.add_post("/{path:.*}", hear)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.append(Ear(runner.addresses[0][1]))
    yield found[0]
    await runner.cleanup()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty one."""
    return Home(root=tmp_path)


async def told(home: Home, address: str, **more: object) -> str:
    """What became of a notice to the receiver at an address."""
    write_receivers(home.receivers, {"team": Receiver.model_validate({"address": address, **more})})
    return await Messenger(home).notify(NotifyTask(receiver="team", notice=NOTICE))


async def test_a_notice_holds_a_line_for_people_and_figures_for_programs(home: Home, ear: Ear) -> None:
    assert await told(home, ear.address) == f"delivered to {ear.address.removesuffix('/' + KEY)}"
    (path, body, key), *rest = ear.heard
    assert (path, key, rest) == (f"/{KEY}", "first/promotion-4", [])
    assert body == payload(NOTICE)
    assert Notice.model_validate(payload(NOTICE)["vibeserve"]) == NOTICE


def test_what_a_candidate_says_calls_nobody() -> None:
    text = str(payload(NOTICE)["text"])
    assert "<" not in text and "&lt;!channel&gt; &amp; more" in text
    assert "8.99x the starter [8.5x, 9.4x]" in text


@pytest.mark.parametrize("status", [400, 404, 410, 302])
async def test_who_refuses_is_not_asked_again(status: int, home: Home, ear: Ear) -> None:
    ear.status, ear.headers = status, {"Location": f"{ear.address}/elsewhere"}
    assert f"answered {status}" in await told(home, ear.address)
    assert len(ear.heard) == 1, "no redirect is followed with what is secret"


@pytest.mark.parametrize(
    ("status", "after", "delay"), [(503, "7", timedelta(seconds=7)), (429, "999999", timedelta(hours=1)), (500, "soon", None)]
)
async def test_who_is_busy_is_asked_again_when_it_says_so(status: int, after: str, delay: timedelta | None, home: Home, ear: Ear) -> None:
    ear.status, ear.headers = status, {"Retry-After": after}
    with pytest.raises(ApplicationError) as failed:
        await told(home, ear.address)
    assert failed.value.next_retry_delay == delay
    assert not failed.value.non_retryable
    assert KEY not in str(failed.value)


async def test_who_is_away_is_asked_again_and_its_address_is_told_to_nobody(home: Home, ear: Ear) -> None:
    with pytest.raises(ApplicationError) as failed:
        await told(home, f"http://127.0.0.1:1/{KEY}")
    assert KEY not in f"{failed.value} {failed.value.__cause__}"
    assert "127.0.0.1:1" in str(failed.value)


async def test_what_a_receiver_did_not_ask_for_is_not_sent(home: Home, ear: Ear) -> None:
    assert (await told(home, ear.address, occasions=["end"])).startswith("not wanted")
    assert (await Messenger(home).notify(NotifyTask(receiver="nobody", notice=NOTICE))).startswith("not delivered")
    assert ear.heard == []


def test_addresses_lie_in_a_file_that_only_its_owner_reads(home: Home) -> None:
    write_receivers(home.receivers, {"team": Receiver(address=SecretStr(f"https://chat.example/{KEY}"))})
    assert stat.S_IMODE(home.receivers.stat().st_mode) == 0o600
    assert list(home.root.iterdir()) == [home.receivers]
    kept = read_receivers(home.receivers)["team"]
    assert kept.address.get_secret_value().endswith(KEY)
    assert KEY not in repr(kept) and kept.host == "https://chat.example"


def test_a_broken_file_is_named_and_not_repeated(home: Home) -> None:
    home.receivers.write_text(f'{{"team": {{"address": "ftp://{KEY}"}}}}')
    with pytest.raises(BrokenReceivers) as broken:
        read_receivers(home.receivers)
    assert str(home.receivers) in str(broken.value)
    assert KEY not in str(broken.value)
