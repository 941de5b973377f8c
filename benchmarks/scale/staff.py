"""The worker process of the scale benchmark: `python -m benchmarks.scale.staff --home HOME --address HOST:PORT`."""

import argparse
import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from temporalio.worker import Worker

from activities.conclude import Concluder
from activities.found import Founder
from activities.home import Home
from activities.inheritance import hand_back, identity_of
from activities.ledger.ledger import Ledger
from activities.novelty import NoveltyGate
from activities.pulse import Pulse
from activities.record import Recorder
from activities.step_log import StepLog
from benchmarks.scale.script import TARGET, ScriptedAgent, ScriptedDevice
from cli.temporal import connect
from worker import HEARTBEAT_THROTTLE, LEDGER_THREADS, STICKY_LIMIT, WORKFLOWS
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue
from workflows.sandbox import workflow_runner


async def serve(home: Home, address: str) -> None:
    """As `worker.py` does, with a scripted agent and a scripted device."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    client = await connect(address, identity=identity_of(home.root))
    await hand_back(client, home.root)
    ledger, device, log = Ledger.open(home.ledger), ScriptedDevice().activities(), StepLog(home.steps)
    agent, concluder = ScriptedAgent(ledger), Concluder(ledger)
    keeping = [Founder(ledger).found, NoveltyGate(ledger).novelty, Recorder(ledger).record, concluder.conclude, concluder.break_off]
    with ThreadPoolExecutor(LEDGER_THREADS) as threads:
        async with (
            Worker(
                client,
                task_queue=SEARCHES_QUEUE,
                workflows=WORKFLOWS,
                workflow_runner=workflow_runner(),
                sticky_queue_schedule_to_start_timeout=STICKY_LIMIT,
            ),
            Worker(
                client,
                task_queue=AGENTS_QUEUE,
                activities=[agent.plan, agent.generate, *keeping],
                activity_executor=threads,
                max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
                interceptors=[log, Pulse()],
            ),
            Worker(client, task_queue=checks_queue(TARGET), activities=device, interceptors=[log]),
            Worker(client, task_queue=device_queue(TARGET), activities=device, interceptors=[log]),
        ):
            await stopped.wait()


def main() -> None:
    """Until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--address", required=True)
    asked = parser.parse_args()
    asyncio.run(serve(Home(root=asked.home), asked.address))
    os._exit(0)


if __name__ == "__main__":
    main()
