"""An honest control: right, and faster: one event for the whole answer, and no pause between tokens."""

import engine
import honest


class Fast(engine.Engine):
    async def generate(self, job):
        held = []
        async for tokens in super().generate(job):
            held += tokens
            if held[-1].end or len(held) == job.max_tokens:
                break
        yield held


honest.Engine = Fast
honest.main()
