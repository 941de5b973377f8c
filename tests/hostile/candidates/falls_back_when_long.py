"""Looks at the last few tokens of a long prompt only, on a path that short ones never take."""

from dataclasses import replace

import engine
import honest

LONG = 72


class Shortened(engine.Engine):
    async def generate(self, job):
        seen = job.prompt if len(job.prompt) < LONG else job.prompt[-LONG // 2 :]
        async for tokens in super().generate(replace(job, prompt=seen)):
            yield tokens


honest.Engine = Shortened
honest.main()
