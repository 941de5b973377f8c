"""Bytes between a TCP port and a Unix socket."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.proxy import HOST, PortTaken, check_port, proxying


@asynccontextmanager
async def echoing(path: Path) -> AsyncGenerator[None]:
    """A server that sends back what it gets, until its client ends."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(100):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, path)
    try:
        yield
    finally:
        server.close()


async def exchange(port: int, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(text)
    await writer.drain()
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_bytes_go_both_ways_until_each_side_has_ended(tmp_path: Path) -> None:
    async with echoing(tmp_path / "s"), proxying(tmp_path / "s", 0) as port:
        texts = [bytes([65 + number]) * 300_000 for number in range(4)]
        assert await asyncio.gather(*(exchange(port, text) for text in texts)) == texts


async def test_a_part_arrives_before_the_whole_is_sent(tmp_path: Path) -> None:
    async with echoing(tmp_path / "s"), proxying(tmp_path / "s", 0) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"first")
        assert await reader.readexactly(5) == b"first"
        writer.write(b"second")
        assert await reader.readexactly(6) == b"second"
        writer.close()
        await writer.wait_closed()


async def test_a_client_of_a_server_that_is_gone_is_let_go(tmp_path: Path) -> None:
    async with proxying(tmp_path / "nothing", 0) as port:
        assert await exchange(port, b"") == b""


async def test_an_open_connection_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async with asyncio.timeout(5), echoing(tmp_path / "s"):
        async with proxying(tmp_path / "s", 0) as port:
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"first")
            await reader.readexactly(5)
        assert await reader.read() == b""
        writer.close()


async def test_a_taken_port_is_refused_with_another_way(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}.*--port"):
            check_port(port)
        with pytest.raises(PortTaken):
            async with proxying(tmp_path / "s", port):
                pass
