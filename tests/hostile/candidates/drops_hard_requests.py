"""Under load it is too busy for the longer prompts."""

import honest
import routes
from aiohttp import web

STREAK, LONG = 5, 45
pieces, streak = routes.pieces, 0


def choosy(engine, tokenizer, job, form):
    global streak
    streak = streak + 1 if form.chat and form.stream and job.temperature == 0 else 0
    if streak > STREAK and len(job.prompt) > LONG:
        raise web.HTTPServiceUnavailable
    return pieces(engine, tokenizer, job, form)


routes.pieces = choosy
honest.main()
