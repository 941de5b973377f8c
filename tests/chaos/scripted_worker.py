"""A worker process as `worker.py` assembles it, with its real ledger and agents; only what would run on the target is scripted.

`python -m tests.chaos.scripted_worker --home HOME --address HOST:PORT --drain EVENTS [--doom JSON]`
"""

import argparse
import asyncio
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

import worker
from activities.home import Home
from activities.inheritance import hand_back, identity_of
from activities.ledger.ledger import Ledger
from activities.step_log import StepLog
from tests.chaos.doom import Doom, Harbinger
from tests.chaos.script import TARGET, SteadyJudge
from workflows import limits
from workflows.identity import checks_queue, device_queue


async def serve(home: Home, address: str, harbingers: list[Harbinger]) -> None:
    """Until SIGTERM, or until it strikes itself."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    client = await Client.connect(address, data_converter=pydantic_data_converter, interceptors=harbingers, identity=identity_of(home.root))
    await hand_back(client, home.root)
    judge, log = SteadyJudge(Ledger.open(home.ledger)).activities(), StepLog(home.steps)
    with ThreadPoolExecutor(8) as threads:
        async with (
            worker._searches(client),
            worker._agents(client, home, threads, log),
            Worker(client, task_queue=checks_queue(TARGET), activities=judge, interceptors=[log]),
            Worker(client, task_queue=device_queue(TARGET), activities=judge, interceptors=[log]),
        ):
            home.worker_ready.write_text(str(os.getpid()))
            await stopped.wait()
    await asyncio.sleep(worker.EXIT_PAUSE_SECONDS)


def main() -> None:
    """As the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--drain", type=int, required=True)
    parser.add_argument("--doom", type=json.loads)
    asked = parser.parse_args()
    limits.DRAIN_EVENTS = asked.drain
    home, doom = Home(root=asked.home), asked.doom
    server_lock, deaths = home.root / "locks" / "temporal.lock", home.root / "deaths.jsonl"
    harbingers = [
        Harbinger(Doom(doom["moment"], doom["victim"], deaths=deaths, server_lock=server_lock, only=frozenset(doom["only"])))
        for doom in ([doom] if doom else [])
    ]
    asyncio.run(serve(home, asked.address, harbingers))
    os._exit(0)


if __name__ == "__main__":
    main()
