"""The event loop's side of an engine that runs elsewhere: orders go out, tokens come back to the requests that wait."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable

from checkpoint import Config
from protocol import Job, Token

Order = tuple[int, Job | None]
Report = list[tuple[int, Token]]


class Desk:
    """What the routes take for the engine."""

    def __init__(self, config: Config, send: Callable[[Order], None]) -> None:
        self.context_tokens = config.context_tokens
        self.vocabulary_size = config.vocabulary_size
        self.send = send
        self.numbers = itertools.count()
        self.waiting: dict[int, asyncio.Queue[Token]] = {}

    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        """Yield tokens as they come; closing the iterator takes the request out of the engine."""
        number, tokens = next(self.numbers), asyncio.Queue[Token]()
        self.waiting[number] = tokens
        self.send((number, job))
        try:
            while True:
                ready = [await tokens.get()]
                while not tokens.empty():
                    ready.append(tokens.get_nowait())
                yield ready
        finally:
            del self.waiting[number]
            self.send((number, None))

    def deliver(self, report: Report) -> None:
        """Hand the tokens of one step to their requests; some may have gone."""
        for number, token in report:
            if number in self.waiting:
                self.waiting[number].put_nowait(token)
