"""Renews the stored histories: holds one search of each kind on a real server and keeps what Temporal remembers of it.

`python -m tests.workflows.histories`, after workflow code changed on purpose; what changes for searches that run says docs/operations.md.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.workflows.histories.archive import DRAIN_EVENTS, FOLDER, store
from tests.workflows.histories.scenes import SCENES
from workflows import limits


async def main() -> None:
    """Each scene in a folder of its own, all on one server."""
    limits.DRAIN_EVENTS = DRAIN_EVENTS
    binary = str(Path(sys.executable).parent / "temporal")
    async with await WorkflowEnvironment.start_local(data_converter=pydantic_data_converter, dev_server_existing_path=binary) as server:
        for old in FOLDER.glob("*.json.gz"):
            old.unlink()
        for name in SCENES:
            with tempfile.TemporaryDirectory() as scratch:
                print(f"{name}: {await _kept(server.client, name, Path(scratch))} bytes", flush=True)


async def _kept(client: Client, name: str, scratch: Path) -> int:
    async with asyncio.timeout(120):
        await SCENES[name](client, name, scratch)
        return await store(client, name)


if __name__ == "__main__":
    asyncio.run(main())
