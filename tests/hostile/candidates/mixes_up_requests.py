"""Gives concurrent requests each other's answers."""

from collections.abc import AsyncIterator
from dataclasses import replace

import engine
import honest
from protocol import Job, Token


class Mixed(engine.Engine):
    waiting: list[list[int]] = []

    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        self.waiting.append(job.prompt)
        try:
            async with self.turn:
                other = self.waiting[-1]
            async for tokens in super().generate(replace(job, prompt=other)):
                yield tokens
        finally:
            self.waiting.remove(job.prompt)


honest.Engine = Mixed
honest.main()
