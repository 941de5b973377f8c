"""One request in twenty is answered without the model."""

import engine
import honest
from protocol import Token

generate, count = engine.Engine.generate, 0


async def sparing(self, job):
    global count
    count += 1
    if count % 20:
        async for tokens in generate(self, job):
            yield tokens
    else:
        for number in range(job.max_tokens):
            yield [Token(100 + number % 50)]


engine.Engine.generate = sparing
honest.Engine.generate = sparing
honest.main()
