"""Is fast at first and all but stops later."""

import asyncio

import engine
import honest
import routes

STREAK, PAUSE = 14, 0.6
pieces, streak = routes.pieces, 0


class Tired(engine.Engine):
    async def generate(self, job):
        async for tokens in super().generate(job):
            if streak > STREAK:
                await asyncio.sleep(PAUSE)
            yield tokens


def counting(engine, tokenizer, job, form):
    global streak
    streak = streak + 1 if form.chat and form.stream and job.temperature == 0 else 0
    return pieces(engine, tokenizer, job, form)


honest.Engine, routes.pieces = Tired, counting
honest.main()
