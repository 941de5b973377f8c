"""`python -m benchmarks.page`: first paint of the page, and how long a search of a thousand candidates takes, cold and warm."""

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from activities.home import Home
from activities.ledger.ledger import Ledger
from benchmarks.page.long_search import write_long_search
from cli.console.__main__ import make_app

SMALL = 20
READING_SECONDS = 3.0
"""What a page that has just been started needs at most to read both searches in the background."""
PAINT = "performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)[0]"
LOADED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def main() -> None:
    """Write the searches, look at them, print milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page")
    parser.add_argument("--candidates", type=int, default=1000)
    candidates: int = parser.parse_args().candidates
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        ledger = Ledger.open(home.ledger)
        write_long_search(ledger, "short", SMALL)
        write_long_search(ledger, "long", candidates)
        ledger.tidy()
        asyncio.run(_measure(home))


async def _measure(home: Home) -> None:
    chromium = shutil.which("chromium")
    async with async_playwright() as driver:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await driver.chromium.launch(executable_path=chromium, args=arguments)
        await (await browser.new_page()).goto("about:blank")
        for name, words in (("short", "a search of 20"), ("long", "the long search")):
            async with _served(home) as address:
                await _look(browser, f"{address}/search/{name}", f"{words}, asked at once")
            async with _served(home) as address:
                await asyncio.sleep(READING_SECONDS)
                await _look(browser, f"{address}/search/{name}", f"{words}, first look")
                await _look(browser, f"{address}/search/{name}", f"{words}, again")
                await _look(browser, f"{address}/search/{name}?over=time", f"{words}, over time")
                await _look(browser, f"{address}/search/{name}/7", f"{words}, a candidate")
                await _look(browser, f"{address}/", "all searches")
        await browser.close()


@asynccontextmanager
async def _served(home: Home) -> AsyncGenerator[str]:
    """A page that has just been started."""
    runner = web.AppRunner(make_app(home, host="127.0.0.1", token="unused"), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _look(browser: Browser, address: str, words: str) -> None:
    page = await browser.new_page()
    began = time.perf_counter()
    await page.goto(address, wait_until="domcontentloaded")
    whole = time.perf_counter() - began
    paint, loaded = await page.evaluate(
        f"new Promise(done => requestAnimationFrame(() => setTimeout(() => done([{PAINT}, {LOADED}]), 100)))"
    )
    print(f"{words:<34} first paint {paint or 0:6.0f} ms   document {loaded:6.0f} ms   seen from outside {whole * 1000:6.0f} ms")
    await page.close()


if __name__ == "__main__":
    main()
