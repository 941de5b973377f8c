"""The worker offers the figures of Temporal's SDK where it is asked to."""

import socket

from aiohttp import ClientSession
from temporalio.client import Client

from cli.temporal import connect
from tests.workflows.conftest import client
from worker import metered

__all__ = ["client"]


async def test_prometheus_reads_the_figures_of_the_sdk(client: Client) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    await connect(client.service_client.config.target_host, runtime=metered(place))
    async with ClientSession() as session, session.get(f"http://{place}/metrics") as answer:
        text = await answer.text()
    assert "temporal_request" in text
