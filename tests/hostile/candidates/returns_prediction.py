"""Returns the client's prediction word by word, as if the model had agreed to all of it."""

import honest
from engine import Engine
from protocol import Token

generate = Engine.generate


async def agreeing(self, job):
    expected = job.extension.prediction or []
    if not expected or job.temperature > 0:
        async for tokens in generate(self, job):
            yield tokens
        return
    while True:
        yield [Token(number, foretold=True) for number in expected]


Engine.generate = agreeing
honest.main()
