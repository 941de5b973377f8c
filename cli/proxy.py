"""Carries bytes between a TCP port of this machine and a server's Unix socket, so that ordinary clients reach it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from cli.mistakes import Failed
from cli.ports import reason, refusal

HOST = "127.0.0.1"
CHUNK_BYTES = 65536


class PortTaken(Failed):
    """Nothing can listen on the port."""


def check_port(port: int) -> None:
    """Find out before anything slow begins whether the port can be had; raises PortTaken."""
    refused = refusal(HOST, port)
    if refused:
        raise _taken(port, refused)


@asynccontextmanager
async def proxying(path: Path, port: int) -> AsyncGenerator[int]:
    """Listen on `port` of this machine only (0: any free one) and yield the port; raises PortTaken."""
    connections: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await _carry(reader, writer, path)
        finally:
            connections.discard(task)

    try:
        server = await asyncio.start_server(accept, HOST, port)
    except OSError as error:
        raise _taken(port, reason(error)) from None
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: Path) -> None:
    """One connection, both ways, until either side has ended."""
    try:
        inner_reader, inner_writer = await asyncio.open_unix_connection(str(path))
    except OSError:
        await _close(writer)
        return
    try:
        async with asyncio.TaskGroup() as ways:
            ways.create_task(_pump(reader, inner_writer))
            ways.create_task(_pump(inner_reader, writer))
    except* ConnectionError:
        pass
    finally:
        await _close(inner_writer)
        await _close(writer)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(CHUNK_BYTES):
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def _taken(port: int, refused: str) -> PortTaken:
    return PortTaken(f"port {port} of {HOST} cannot be used ({refused}): name another one with --port")
