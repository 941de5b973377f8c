"""`python -m cli.console`: serves the page of one home until it is asked to end."""

import argparse
import os
from pathlib import Path

from aiohttp import web

from activities.home import Home
from cli.console.guard import Guard, guarded, read_token
from cli.console.pages import Pages

QUIET = 10
"""Lowers the page's priority, so that looking at a search disturbs its measurements as little as possible."""


def make_app(home: Home, *, host: str, token: str) -> web.Application:
    """The page of a home behind its guard."""
    guard = Guard(token=token, host=host)
    app = web.Application(middlewares=[guarded(guard)], client_max_size=1 << 16)
    pages = Pages(home, guard)
    app.add_routes(pages.routes())
    app.cleanup_ctx.append(pages.warm)
    return app


def main() -> None:
    """Serve in the foreground."""
    parser = argparse.ArgumentParser(prog="python -m cli.console")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    os.nice(QUIET)
    home = Home(root=asked.home)
    app = make_app(home, host=asked.host, token=read_token(home.page_token))
    web.run_app(app, host=asked.host, port=asked.port, print=None, access_log=None, shutdown_timeout=0.5)


if __name__ == "__main__":
    main()
