"""The page of a search that runs on a real Temporal server: it tells what runs now, and it can stop it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page
from temporalio.client import Client

from activities.home import Home
from activities.ledger.ledger import Ledger
from search.spec import Spec
from tests.cli.console.browser import complaints_of, needs_chromium
from tests.cli.console.conftest import TOKEN, serve
from tests.workflows.conftest import Start, client, spec, start, target
from tests.workflows.scripted import Script
from workflows.state import Outcome

__all__ = ["client", "spec", "start", "target"]
pytestmark = needs_chromium
LIMIT_SECONDS = 60


@pytest.fixture
async def running(home: Home, client: Client, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The page of a home whose search is about to begin, and whose engine is the tests' server."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
    Ledger.open(home.ledger).create_search(spec, facts={"device": "scripted"}, when=datetime.now(UTC))
    async for served in serve(home, "127.0.0.1"):
        yield served


async def opened(browser: Browser, address: str, spec: Spec) -> Page:
    page = await browser.new_page()
    await page.goto(f"{address}/enter?token={TOKEN}")
    await page.goto(f"{address}/search/{spec.name}")
    return page


async def test_what_runs_now_is_told_and_brought_up_to_date(running: str, browser: Browser, start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Script({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec) as search, asyncio.timeout(LIMIT_SECONDS):
        await script.reached.wait()
        page = await opened(browser, running, spec)
        heard = complaints_of(page)
        await page.wait_for_selector("#now .runners >> text=candidate 1 is faster")
        assert "screen" in await page.inner_text("#now .stage")
        assert "conformance" in await page.inner_text("#now .passed")
        await page.evaluate("window.same = true")
        hold.set()
        await search.result()
        await page.wait_for_selector("#now .events >> text=candidate 1: promoted")
        assert await page.inner_text("#now .note") == "finished"
        assert await page.locator("#now .runners li").count() == 0
        assert await page.evaluate("window.same"), "the page was loaded anew"
        assert heard == []
        await page.close()


async def test_it_is_stopped_by_a_click_that_was_confirmed(running: str, browser: Browser, start: Start, spec: Spec) -> None:
    hold = asyncio.Event()
    script = Script({0: 10.0, 1: 50.0}, gate=hold)
    async with start(script, spec) as search, asyncio.timeout(LIMIT_SECONDS):
        await script.reached.wait()
        page = await opened(browser, running, spec)
        await page.click("[data-act=stop] summary")
        await page.fill("[data-act=stop] input[name=why]", "seen enough <b>")
        await page.click("[data-act=stop] button")
        assert page.url.endswith(spec.name), "it went off without a confirmation"
        await page.check("[data-act=stop] input[type=checkbox]")
        async with page.expect_navigation():
            await page.click("[data-act=stop] button")
        assert await page.inner_text("h1") == "Done"
        hold.set()
        outcome = await search.result()
        await page.close()
    assert isinstance(outcome, Outcome)
    assert outcome.reason == "seen enough <b>"
    assert script.ran["plan 2"] == 0, "it went on"


async def test_a_search_that_is_over_cannot_be_stopped(running: str, browser: Browser, start: Start, spec: Spec) -> None:
    async with start(Script({0: 10.0}), spec) as search, asyncio.timeout(LIMIT_SECONDS):
        await search.result()
        page = await opened(browser, running, spec)
        await page.click("[data-act=stop] summary")
        await page.check("[data-act=stop] input[type=checkbox]")
        async with page.expect_navigation():
            await page.click("[data-act=stop] button")
        assert await page.inner_text("h1") == "Not done"
        assert "does not run" in await page.inner_text(".lead")
        await page.close()
