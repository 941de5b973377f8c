"""An honest control: right, and as slow as a server may be."""

import asyncio
from collections.abc import AsyncIterator

import engine
import honest
from protocol import Job, Token


class Slow(engine.Engine):
    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        async for tokens in super().generate(job):
            await asyncio.sleep(0.003)
            yield tokens


honest.Engine = Slow
honest.main()
