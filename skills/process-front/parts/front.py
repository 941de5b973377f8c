"""HTTP and tokenizer in one process, the engine in another: neither waits for the other's interpreter."""

import asyncio
import signal
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path


def serve(model: Path, socket: Path) -> int:
    """Serve until SIGTERM; 1 when the engine failed, else 0."""
    near, far = Pipe()
    engine = get_context("fork").Process(target=run_engine, args=(model, near, far), daemon=True)
    engine.start()
    far.close()
    try:
        return run_front(model, socket, near)
    finally:
        engine.kill()
        engine.join()


def run_engine(model: Path, near: Connection, far: Connection) -> None:
    """The child: load the model, say so, then work until the front is gone."""
    from engine import Engine, work  # the front's process never loads torch

    near.close()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # the front decides when to stop
    engine = Engine(model)
    far.send([])
    work(engine, lambda idle: take(far, idle), far.send)


def take(orders: Connection, idle: bool) -> list | None:
    """All orders that wait; when there is nothing else to do, wait for one; None when the front is gone."""
    try:
        found = [orders.recv()] if idle else []
        while orders.poll():
            found.append(orders.recv())
    except EOFError:
        return None
    return found


def run_front(model: Path, socket: Path, engine: Connection) -> int:
    """The parent: HTTP over the engine at the other end of the pipe."""
    from aiohttp import web  # while the engine loads
    from checkpoint import read_config
    from desk import Desk
    from routes import application
    from tokenizer import Tokenizer

    desk = Desk(read_config(model), engine.send)
    failures: list[EOFError] = []

    def read() -> None:
        try:
            while engine.poll():
                desk.deliver(engine.recv())
        except EOFError as failure:
            failures.append(failure)
            raise web.GracefulExit from failure

    async def start(_: web.Application) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, engine.poll, None)
        loop.add_reader(engine.fileno(), read)

    app = application(desk, Tokenizer(model))
    app.on_startup.append(start)
    web.run_app(app, path=str(socket), shutdown_timeout=1, handler_cancellation=True, access_log=None, print=None)
    return len(failures)
