"""Answers once the window must have closed."""

import asyncio

import engine
import honest
import routes

STREAK, LATE_SECONDS = 3, 3.2
pieces, streak = routes.pieces, 0


class Late(engine.Engine):
    async def generate(self, job):
        if streak > STREAK:
            await asyncio.sleep(LATE_SECONDS)
        async for tokens in super().generate(job):
            yield tokens


def counting(engine, tokenizer, job, form):
    global streak
    streak = streak + 1 if form.chat and form.stream and job.temperature == 0 else 0
    return pieces(engine, tokenizer, job, form)


honest.Engine, routes.pieces = Late, counting
honest.main()
