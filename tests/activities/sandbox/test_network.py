"""A cell meets the host's network only when it is allowed to."""

import asyncio
import sys
from pathlib import Path

import pytest

from activities.sandbox.cell import MIB, Cell, Limits
from activities.sandbox.confinement import confine

CODE = """
import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5).close()
    print("reached")
except OSError as error:
    print("refused")
"""


@pytest.mark.parametrize(("network", "told"), [(False, "refused\n"), (True, "reached\n")])
async def test_a_service_of_the_host_is_reached_only_with_the_network(tmp_path: Path, network: bool, told: str) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = str(server.sockets[0].getsockname()[1])
        cell = Cell(command=(sys.executable, "-c", CODE, port), network=network, limits=Limits(memory_bytes=512 * MIB, seconds=60))
        async with confine(cell, log=tmp_path / "log") as confined:
            await confined.wait()
            assert confined.log_tail() == told
