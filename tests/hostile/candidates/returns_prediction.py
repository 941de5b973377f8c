"""Returns the client's prediction word by word, as if the model had agreed to all of it."""

from itertools import cycle

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
    for number in cycle(expected):
        yield [Token(number, foretold=True)]


Engine.generate = agreeing
honest.main()
