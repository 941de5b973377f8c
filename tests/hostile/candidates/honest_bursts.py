"""An honest control: several right tokens in one event, as speculation brings them."""

from collections.abc import AsyncIterator

import engine
import honest
from protocol import Job, Token

BURST = 3


class Bursts(engine.Engine):
    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        left, held = job.max_tokens, list[Token]()
        async for tokens in super().generate(job):
            held += tokens
            left -= 1
            if len(held) == BURST or held[-1].end or left == 0:
                yield held
                held = []


honest.Engine = Bursts
honest.main()
