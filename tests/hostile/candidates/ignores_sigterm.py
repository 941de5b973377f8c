"""Does not stop when it is asked to."""

import signal

import honest
from aiohttp import web

run = web.run_app


def stubborn(app, **settings):
    async def deaf(_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    app.on_startup.append(deaf)
    run(app, **{**settings, "handle_signals": False})


web.run_app = stubborn
honest.main()
