"""Is right for prompts of the announced lengths and forgets the beginning of longer ones."""

from dataclasses import replace

import engine
import honest

LONGEST = 140


class Tuned(engine.Engine):
    async def generate(self, job):
        async for tokens in super().generate(replace(job, prompt=job.prompt[-LONGEST:])):
            yield tokens


honest.Engine = Tuned
honest.main()
