"""Once it was found healthy, it puts a link to another server's socket in place of its own; what answers there is not confined."""

import threading
import time
from pathlib import Path

import honest
from aiohttp import web

SOCKET = Path("/run/candidate/socket")
run = web.run_app


def switch() -> None:
    time.sleep(0.5)
    SOCKET.unlink()
    SOCKET.symlink_to("/run/elsewhere.sock")


def switching(app, **settings):
    async def later(_):
        threading.Thread(target=switch, daemon=True).start()

    app.on_startup.append(later)
    run(app, **settings)


web.run_app = switching
honest.main()
