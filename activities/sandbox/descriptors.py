"""Waiting on a descriptor, and descriptors that hold bytes."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager


async def readable(descriptor: int) -> None:
    """Until there is something to read, or the end; a pidfd is readable when its process has ended."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


@contextmanager
def held(contents: Mapping[str, bytes]) -> Generator[dict[str, int]]:
    """Descriptors to read each content from, by the same names."""
    with contextlib.ExitStack() as stack:
        yield {name: _hold(stack, content) for name, content in contents.items()}


class Pipe:
    """Two ends; each is closed when told, or at the end of the block of `pipes`."""

    def __init__(self) -> None:
        self.out, self.into = os.pipe()
        self._open = {self.out, self.into}

    def close(self, *ends: int) -> None:
        """Close these ends if they are open."""
        for end in self._open & set(ends):
            self._open.remove(end)
            os.close(end)


@asynccontextmanager
async def pipes() -> AsyncGenerator[tuple[Pipe, Pipe]]:
    """A pipe in each direction."""
    first, second = Pipe(), Pipe()
    try:
        yield first, second
    finally:
        for pipe in (first, second):
            pipe.close(pipe.out, pipe.into)


def _hold(stack: contextlib.ExitStack, content: bytes) -> int:
    descriptor = os.memfd_create("held")
    stack.callback(os.close, descriptor)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
