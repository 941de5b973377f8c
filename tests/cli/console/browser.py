"""Debian's chromium, driven by playwright: pages, what they complained about, and where they went."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="chromium is not installed: apt install chromium")
WIDTHS = (1440, 400)
LEFT = "net::ERR_ABORTED"
"""How a request ends whose page was left."""


@asynccontextmanager
async def opened_browser() -> AsyncGenerator[Browser]:
    """A browser without a screen."""
    assert CHROMIUM is not None, "CI must install chromium: apt install chromium"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=[*arguments, "--disable-gpu"])
        try:
            yield browser
        finally:
            await browser.close()


def complaints_of(page: Page) -> list[str]:
    """What the page says on its console from now on that is no mere talk, and what it fails to load."""
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("requestfailed", lambda request: heard.append(request.url) if request.failure != LEFT else None)
    return heard
