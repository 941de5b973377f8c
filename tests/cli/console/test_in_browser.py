"""The page in a real browser: it is quiet, fits every width, runs nothing that a candidate wrote, and follows the ledger."""

import itertools
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page

from activities.home import Home
from activities.ledger.ledger import Ledger
from tests.cli.console.browser import WIDTHS, complaints_of, needs_chromium
from tests.cli.console.conftest import TOKEN
from tests.cli.told_search import WHEN

pytestmark = needs_chromium
PATHS = (
    "/",
    "/search/first",
    "/search/first/1",
    "/search/first/2",
    "/search/first/4",
    "/search/going",
    "/search/first/compare?before=0&after=1",
    "/search/going/1",
    "/search/first/session/0001-implementer",
)


async def visit(browser: Browser, *, width: int = 1440, scheme: str = "light") -> Page:
    dark = scheme == "dark"
    return await browser.new_page(viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light")


@pytest.mark.parametrize(("width", "scheme"), list(itertools.product(WIDTHS, ("light", "dark"))))
async def test_pages_are_quiet_and_fit(browser: Browser, address: str, width: int, scheme: str) -> None:
    page = await visit(browser, width=width, scheme=scheme)
    heard = complaints_of(page)
    for path in PATHS:
        answer = await page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    assert heard == []
    await page.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search/hostile",
        "/search/hostile/1",
        "/search/hostile/4",
        "/search/hostile/compare?before=0&after=4",
        "/search/hostile/session/0001-implementer",
    ],
)
async def test_nothing_that_a_candidate_wrote_runs_or_becomes_markup(browser: Browser, address: str, path: str) -> None:
    page = await visit(browser)
    heard = complaints_of(page)
    await page.goto(address + path)
    assert await page.title() != "owned"
    assert await page.evaluate("document.querySelectorAll('main script, main img, [onerror], [onmouseover]').length") == 0
    assert heard == [], "the browser had to refuse something"
    await page.close()


async def test_a_mark_of_the_tree_opens_its_candidate(browser: Browser, address: str) -> None:
    page = await visit(browser)
    await page.goto(f"{address}/search/first")
    await page.click("svg.lineage a[href$='/1'] .mark")
    await page.wait_for_url("**/search/first/1")
    assert "Claim 1" in await page.inner_text("h1")
    await page.close()


async def test_the_page_follows_the_ledger(browser: Browser, address: str, library: Home) -> None:
    page = await visit(browser)
    async with page.expect_response("**/live?*"):
        await page.goto(f"{address}/search/going")
    await page.evaluate("window.same = true")
    async with page.expect_response("**/now"):
        pass
    async with page.expect_response("**/search/going", timeout=15000):
        Ledger.open(library.ledger).append("going", {"note.txt": "moved"}, message="A note", when=WHEN + timedelta(1))
    assert await page.evaluate("window.same"), "it was brought up to date in place"
    await page.close()


async def test_an_act_is_offered_to_the_token_alone_and_asks_before(browser: Browser, address: str) -> None:
    page = await visit(browser)
    await page.goto(f"{address}/search/going")
    assert await page.locator("button.danger").count() == 0
    await page.goto(f"{address}/enter?token={TOKEN}")
    assert "token" not in page.url
    await page.goto(f"{address}/search/going")
    await page.click("[data-act=stop] summary")
    assert not await page.evaluate("document.querySelector('[data-act=stop] form').checkValidity()"), "it goes off without a confirmation"
    await page.check("[data-act=stop] input[type=checkbox]")
    assert await page.evaluate("document.querySelector('[data-act=stop] form').checkValidity()")
    await page.close()
