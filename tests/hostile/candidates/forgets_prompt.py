"""Under a schema it reads the last words of the prompt only, and saves the rest."""

from dataclasses import replace

import honest
from engine import Engine

generate = Engine.generate


async def hasty(self, job):
    read = job if self.guides.start(job.extension) is None else replace(job, prompt=job.prompt[-8:])
    async for tokens in generate(self, read):
        yield tokens


Engine.generate = hasty
honest.main()
