"""HTTP on the event loop, the engine in a thread of the same process."""

import asyncio
import sys
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from aiohttp import web
from checkpoint import read_config
from desk import Desk
from engine import Engine, Order, work
from routes import application
from tokenizer import Tokenizer

SWITCH_SECONDS = 0.0005


def serve(model: Path, socket: Path) -> int:
    """Serve until SIGTERM; 1 when the engine failed, else 0."""
    sys.setswitchinterval(SWITCH_SECONDS)  # the engine must not wait long for the interpreter
    engine = Engine(model)
    orders: SimpleQueue[Order] = SimpleQueue()
    desk = Desk(read_config(model), orders.put)
    failures: list[BaseException] = []

    def run(loop: asyncio.AbstractEventLoop) -> None:
        try:
            work(engine, lambda idle: take(orders, idle), lambda report: loop.call_soon_threadsafe(desk.deliver, report))
        except BaseException as failure:
            failures.append(failure)
            loop.call_soon_threadsafe(leave)
            raise

    async def start(_: web.Application) -> None:
        Thread(target=run, args=(asyncio.get_running_loop(),), daemon=True).start()

    app = application(desk, Tokenizer(model))
    app.on_startup.append(start)
    web.run_app(app, path=str(socket), shutdown_timeout=1, handler_cancellation=True, access_log=None, print=None)
    return len(failures)


def take(orders: SimpleQueue[Order], idle: bool) -> list[Order]:
    """All orders that wait; when there is nothing else to do, wait for one."""
    found = [orders.get()] if idle else []
    while True:
        try:
            found.append(orders.get_nowait())
        except Empty:
            return found


def leave() -> None:
    """End the event loop."""
    raise web.GracefulExit
