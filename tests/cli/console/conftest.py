"""A served page, a browser, and searches: one that ended, one that goes on, and one whose every text is hostile."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, web
from playwright.async_api import Browser

from activities.agents.dialogue import Call, Message
from activities.agents.transcript import Step
from activities.evaluation.rivals.comparison import Comparison, Standing
from activities.home import Home
from activities.ledger.ledger import Ledger
from benchmarks.page.long_search import write_long_search
from cli.compared import Compared, keep_comparison
from cli.console.__main__ import make_app
from search.analysis import Analysis
from search.spending import Spending
from tests.cli.console.browser import opened_browser
from tests.cli.told_search import WHEN, tell

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
    keep_talk(ledger, "hostile", HOSTILE)
    keep_talk(ledger, "first", "The profile says that half of the time goes into matrix products.")
    return home


def keep_talk(ledger: Ledger, search: str, words: str) -> None:
    """A session of candidate 1 with a call, its answer and what was handed in; its analysis; and a comparison with two rivals."""
    spending = Spending(role="implementer", model=words[:40], replies=1, input_tokens=1200, output_tokens=345, dollars=0.25)
    call = Call(id="1", name="read_file", arguments=json.dumps({"path": words}))
    steps = (
        Step(message=Message(speaker="user", text=words * 40)),
        Step(message=Message(speaker="assistant", text=words, calls=(call,)), finish="tool_calls", spending=spending),
        Step(message=Message(speaker="tool", text=words, answers="1")),
        Step(message=Message(speaker="assistant", text=""), finish="stop", spending=spending, submission=json.dumps({"claim": words})),
    )
    files = {f"sessions/0001-implementer/{place:04d}.json": step.model_dump_json() for place, step in enumerate(steps)}
    analysis = Analysis(candidate=1, session="0001-analyst", finding=words[:200], mechanism="active", spending=(spending,))
    ledger.append(search, {**files, "analyses/0001.json": analysis.model_dump_json()}, message="Talk", when=WHEN)
    comparison = Comparison(
        ours="candidate 1",
        scenario="chat",
        metric="tokens/s",
        model="tiny",
        correctness="lossless",
        device="a test",
        evaluator_digest="0123",
        seeds=(1,),
        standings=(Standing(name="vllm", title=words[:60], weights="fp32", problem=words[:80]),),
    )
    keep_comparison(ledger, search, Compared(when=WHEN, candidate=1, comparison=comparison))


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
