"""Once it was found healthy, it puts a link to another server's socket in place of its own; what answers there is not confined."""

import os
import threading
import time

import honest
from aiohttp import web

SOCKET = "/run/candidate/socket"
run = web.run_app


def switch() -> None:
    time.sleep(0.5)
    os.unlink(SOCKET)
    os.symlink("/run/elsewhere.sock", SOCKET)


def switching(app, **settings):
    async def later(_):
        threading.Thread(target=switch, daemon=True).start()

    app.on_startup.append(later)
    run(app, **settings)


web.run_app = switching
honest.main()
