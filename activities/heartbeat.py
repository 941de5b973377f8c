"""Beats once a second while a long step runs, and carries its last words to those who watch."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from temporalio import activity

BEAT_SECONDS = 1.0

Say = Callable[[str], None]


@asynccontextmanager
async def beating(first_words: str) -> AsyncGenerator[Say]:
    """Gives a function that sets the words of the next beat."""
    words = [first_words]

    def say(text: str) -> None:
        words[0] = text

    async def beat() -> None:
        while True:
            activity.heartbeat(words[0])
            await asyncio.sleep(BEAT_SECONDS)

    task = asyncio.create_task(beat())
    try:
        yield say
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
