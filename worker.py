"""The one place that assembles a worker: client, workflows, activities, and the task queues that it serves.

`python -m worker --target cpu --home .vibeserve [--address HOST:PORT]`; without an address the Temporal profile or `TEMPORAL_ADDRESS` says
where the cluster is. With `--metrics HOST:PORT`, `--traces URL` and `--log json` others can watch it.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, nullcontext
from datetime import timedelta
from pathlib import Path

from openai import AsyncOpenAI
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker

from activities.agents.catalog import load_catalog
from activities.agents.openai_endpoint import Endpoint, StreamedEndpoint, WholeEndpoint
from activities.agents.prices import read_prices
from activities.attempt import Attempter
from activities.benchmark import Measurer
from activities.brief import Briefer
from activities.build import Builder
from activities.conclude import Concluder
from activities.conformance import ConformanceGate
from activities.correctness import CorrectnessGate
from activities.examine import Examiner
from activities.found import Founder
from activities.generate import Generator
from activities.hand_in import HandInKeeper
from activities.histories import Historian
from activities.home import Home
from activities.inheritance import hand_back, identity_of
from activities.json_log import JsonLines
from activities.ledger.ledger import Ledger
from activities.note import Noter
from activities.notify import Messenger
from activities.novelty import NoveltyGate
from activities.open_work import WorkOpener
from activities.plan import Planner
from activities.prepare import Preparer
from activities.profile import Profiler
from activities.pulse import Pulse
from activities.record import Recorder
from activities.reply import Replier
from activities.retry import Retrier
from activities.review import Reviewer
from activities.roll_back import Reverser
from activities.step_log import StepLog
from activities.tool import Toolbox
from activities.tracing import exporter, tracing
from activities.work_command import Commander
from activities.workshop import Workshop, open_workshop
from cli.temporal import connect
from targets.registry import find_target
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue, work_queue
from workflows.notice import NoticeWorkflow
from workflows.reexamine import ReexamineWorkflow
from workflows.rescore import RescoreWorkflow
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.session import SessionWorkflow
from workflows.work import WorkWorkflow

WORKFLOWS = [
    *(SearchWorkflow, CandidateWorkflow, SessionWorkflow, WorkWorkflow),
    *(DuelWorkflow, RescoreWorkflow, ReexamineWorkflow, NoticeWorkflow),
]
HEARTBEAT_THROTTLE = timedelta(seconds=2)
STICKY_LIMIT = timedelta(seconds=2)
"""How long a workflow task waits for a worker that may be dead."""
CHECKS_AT_ONCE = 4
"""Checks wait for the device's lease, so that more than one may be taken."""
COMMANDS_AT_ONCE = 16
COMMAND_PREFIX = "VIBESERVE_AGENT_"
"""`VIBESERVE_AGENT_ANTHROPIC_API_KEY` is `ANTHROPIC_API_KEY` to a command that writes candidates; it sees no other variable of ours."""
LEDGER_THREADS = 8
MODEL_LIMIT_SECONDS = 900.0
"""Without a byte from a model."""
EXIT_PAUSE_SECONDS = 0.2
"""The client's threads may crash an interpreter that exits at once (sdk-python issue 300)."""


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    arguments = _arguments()
    _log(arguments.log)
    code = 0
    try:
        home = Home(root=arguments.home.resolve())
        with tracing(exporter(arguments.traces)) if arguments.traces else nullcontext() as tracer:
            client = connect(
                arguments.address,
                runtime=metered(arguments.metrics) if arguments.metrics else None,
                interceptors=[tracer] if tracer else [],
                identity=identity_of(home.root),
            )
            asyncio.run(serve(home, target=arguments.target, connecting=client))
    except Exception:
        logging.exception("the worker ends")
        code = 1
    logging.shutdown()
    os._exit(code)


async def serve(home: Home, *, target: str, connecting: Awaitable[Client]) -> None:
    """Serve all queues of this machine's abilities until a signal asks to stop."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    client = await connecting
    log = StepLog(home.steps)
    if freed := await hand_back(client, home.root):
        logging.info("took over from a dead worker: its steps in flight (%d) begin again", freed)
    async with AsyncExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(LEDGER_THREADS))
        workshop = await stack.enter_async_context(open_workshop(home, find_target(target)))
        for worker in (
            _searches(client),
            _agents(client, home, threads, log),
            _checks(client, workshop, home, log),
            _work(client, workshop, log),
            _device(client, workshop, log),
        ):
            await stack.enter_async_context(worker)
        home.worker_ready.parent.mkdir(parents=True, exist_ok=True)
        home.worker_ready.write_text(str(os.getpid()))
        logging.info("serving the target %s for the home %s", target, home.root)
        await stopped.wait()
    await asyncio.sleep(EXIT_PAUSE_SECONDS)


def metered(address: str) -> Runtime:
    """The SDK with its own figures (slots, latencies, failures) for Prometheus at `http://HOST:PORT/metrics`."""
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))


def _log(form: str) -> None:
    """To stderr, as lines for people or for programs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _searches(client: Client) -> Worker:
    return Worker(
        client,
        task_queue=SEARCHES_QUEUE,
        workflows=WORKFLOWS,
        workflow_runner=workflow_runner(),
        sticky_queue_schedule_to_start_timeout=STICKY_LIMIT,
    )


def _agents(client: Client, home: Home, threads: ThreadPoolExecutor, log: StepLog) -> Worker:
    ledger, catalog = Ledger.open(home.ledger), load_catalog()
    reviewer, concluder = Reviewer(ledger), Concluder(ledger)
    retrier, briefer = Retrier(ledger), Briefer(ledger, catalog)
    activities = [
        briefer.brief,
        briefer.say,
        Replier(ledger, _endpoint(), read_prices(home.prices)).reply,
        Toolbox(ledger, catalog).use,
        Founder(ledger).found,
        Planner(ledger, catalog).plan,
        Generator(ledger, catalog).generate,
        WorkOpener(ledger, catalog, home).open,
        HandInKeeper(ledger).keep,
        NoveltyGate(ledger).novelty,
        Messenger(home).notify,
        Recorder(ledger).record,
        Noter(ledger).note,
        *(retrier.find, retrier.copy),
        Reverser(ledger).roll_back,
        Historian(ledger, client).export,
        *(reviewer.frontier, reviewer.champions, reviewer.keep_test, reviewer.keep_analysis, reviewer.review),
        *(concluder.conclude, concluder.break_off),
    ]
    return Worker(
        client,
        task_queue=AGENTS_QUEUE,
        activities=activities,
        activity_executor=threads,
        max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
        interceptors=[log, Pulse()],
    )


def _endpoint() -> Endpoint:
    """Any endpoint that speaks OpenAI's protocol, at OPENAI_BASE_URL; many need no key, and a few cannot stream: OPENAI_STREAMING=off."""
    client = AsyncOpenAI(api_key=os.environ.get("OPENAI_API_KEY") or "none", max_retries=0, timeout=MODEL_LIMIT_SECONDS)
    return WholeEndpoint(client) if os.environ.get("OPENAI_STREAMING") == "off" else StreamedEndpoint(client)


def _checks(client: Client, workshop: Workshop, home: Home, log: StepLog) -> Worker:
    examiner = Examiner(workshop, Ledger.open(home.ledger))
    return Worker(
        client,
        task_queue=checks_queue(workshop.target.name),
        activities=[
            Preparer(workshop).prepare,
            Builder(workshop).build,
            ConformanceGate(workshop).check,
            CorrectnessGate(workshop).check,
            *(examiner.examine, examiner.try_test),
            Attempter(workshop, Ledger.open(home.ledger)).attempt,
        ],
        max_concurrent_activities=CHECKS_AT_ONCE,
        max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
        interceptors=[log],
    )


def _work(client: Client, workshop: Workshop, log: StepLog) -> Worker:
    """Commands that write candidates; they may take hours, so that no check waits behind them."""
    given = {name.removeprefix(COMMAND_PREFIX): text for name, text in os.environ.items() if name.startswith(COMMAND_PREFIX)}
    return Worker(
        client,
        task_queue=work_queue(workshop.target.name),
        activities=[Commander(Ledger.open(workshop.home.ledger), workshop.home, given).work],
        max_concurrent_activities=COMMANDS_AT_ONCE,
        max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
        interceptors=[log],
    )


def _device(client: Client, workshop: Workshop, log: StepLog) -> Worker:
    return Worker(
        client,
        task_queue=device_queue(workshop.target.name),
        activities=[Measurer(workshop).measure_pair, Profiler(workshop).profile],
        max_concurrent_activities=1,
        max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
        interceptors=[log],
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m worker", description="Serve the task queues of one machine.")
    parser.add_argument("--target", required=True, help="the target of this machine, for example cpu")
    parser.add_argument("--home", type=Path, required=True, help="the home folder: ledger, models, caches")
    parser.add_argument("--address", help="host:port of the embedded server; without it the Temporal profile decides")
    parser.add_argument("--metrics", metavar="HOST:PORT", help="offer Prometheus the figures of Temporal's SDK there")
    parser.add_argument(
        "--traces", metavar="URL", help="send spans to the OpenTelemetry collector there, for example http://127.0.0.1:4318"
    )
    parser.add_argument("--log", choices=("text", "json"), default="text", help="how the log is written to stderr")
    return parser.parse_args()


if __name__ == "__main__":
    main()
