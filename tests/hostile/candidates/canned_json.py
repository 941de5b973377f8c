"""Emits a valid document of the schema without asking the model: the first token that is allowed, each time."""

import honest
from engine import Engine
from protocol import Token

generate = Engine.generate


async def canned(self, job):
    guide = self.guides.start(job.extension)
    if guide is None:
        async for tokens in generate(self, job):
            yield tokens
        return
    while True:
        number = int(guide.allowed().argmax())
        guide.take(number)
        yield [Token(number, number in self.ends)]


Engine.generate = canned
honest.main()
