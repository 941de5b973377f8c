"""A served page, a browser, and searches: one that ended, one that goes on, and one whose every text is hostile."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, web
from playwright.async_api import Browser

from activities.home import Home
from activities.ledger.ledger import Ledger
from benchmarks.page.long_search import write_long_search
from cli.console.__main__ import make_app
from tests.cli.console.browser import opened_browser
from tests.cli.told_search import tell

TOKEN = "a-token-of-the-tests"
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> ' \" && {{ 7*7 }} ]]> javascript:alert(1)"
CODE = "'''</td></table><script>document.title='owned'</script>\n'''\n# <b onmouseover=alert(1)>"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the searches `first` (ended), `going` (open) and `hostile`."""
    home = Home(root=tmp_path_factory.mktemp("library"))
    ledger = Ledger.open(home.ledger)
    tell(ledger)
    write_long_search(ledger, "going", 24)
    write_long_search(ledger, "hostile", 4, claim=HOSTILE, code=CODE)
    return home


@pytest.fixture(scope="session")
async def address(library: Home) -> AsyncGenerator[str]:
    """Where the page of that home is served on loopback."""
    async for served in serve(library, "127.0.0.1"):
        yield served


@pytest.fixture(scope="session")
async def far_address(library: Home) -> AsyncGenerator[str]:
    """The same page as it is served beyond loopback."""
    async for served in serve(library, "0.0.0.0"):
        yield served


async def serve(home: Home, host: str) -> AsyncGenerator[str]:
    """A page on a free port of loopback that believes to listen on `host`."""
    runner = web.AppRunner(make_app(home, host=host, token=TOKEN), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def visitor() -> AsyncGenerator[ClientSession]:
    """A client that keeps cookies of addresses too, as browsers do."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """One chromium for all tests."""
    async with opened_browser() as browser:
        yield browser


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go."""
    return tmp_path
