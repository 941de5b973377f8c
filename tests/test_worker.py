"""The worker offers figures, spans and a log for programs where it is asked to."""

import json
import logging
import socket
import sys

from aiohttp import ClientSession
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client
from temporalio.worker import Worker

from activities.json_log import JsonLines
from activities.notify_task import NotifyTask
from activities.tracing import tracing
from cli.temporal import connect
from cli.trace_root import TraceRoot
from search.spec import Spec
from tests.activities.test_notify import NOTICE
from tests.workflows.conftest import client, spec, target
from tests.workflows.scripted import Script
from worker import metered
from workflows.identity import AGENTS_QUEUE
from workflows.notice import NoticeWorkflow
from workflows.sandbox import workflow_runner

__all__ = ["client", "spec", "target"]


async def test_prometheus_reads_the_figures_of_the_sdk(client: Client) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    await connect(client.service_client.config.target_host, runtime=metered(place))
    async with ClientSession() as session, session.get(f"http://{place}/metrics") as answer:
        text = await answer.text()
    assert "temporal_request" in text


async def test_a_workflow_and_its_steps_are_one_trace(client: Client, spec: Spec) -> None:
    kept, script, queue = InMemorySpanExporter(), Script({}), f"traced-{spec.target}"
    with tracing(kept) as tracer:
        traced = await connect(client.service_client.config.target_host, interceptors=[tracer])
        async with (
            Worker(traced, task_queue=queue, workflows=[NoticeWorkflow], workflow_runner=workflow_runner()),
            Worker(traced, task_queue=AGENTS_QUEUE, activities=[script.notify]),
        ):
            task = NotifyTask(receiver="team", notice=NOTICE)
            command = await connect(client.service_client.config.target_host, interceptors=[TraceRoot()])
            await command.execute_workflow(NoticeWorkflow.run, task, id=f"notice-{spec.target}", task_queue=queue)
    spans = {span.name: span.context.trace_id for span in kept.get_finished_spans() if span.context}
    assert {"RunWorkflow:Notice", "StartActivity:notify", "RunActivity:notify"} <= spans.keys()
    assert len(set(spans.values())) == 1


def test_a_log_for_programs_says_which_step_it_is_about() -> None:
    try:
        raise ValueError("it broke")
    except ValueError:
        record = logging.LogRecord("activities", logging.WARNING, __file__, 1, "attempt %d failed", (2,), sys.exc_info())
    record.temporal_activity = {"activity_type": "record", "attempt": 2, "workflow_id": "search/first"}
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["message"]) == ("warning", "attempt 2 failed")
    assert (told["workflow_id"], told["activity_type"]) == ("search/first", "record")
    assert "it broke" in told["trace"]
