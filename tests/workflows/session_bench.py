"""One search with a crowned starter, in which sessions are held with a scripted model behind real HTTP."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.agents.catalog import load_catalog
from activities.agents.openai_endpoint import StreamedEndpoint
from activities.agents.prices import Price
from activities.agents.role import RoleName
from activities.agents.transcript import Step, Transcript
from activities.brief import Briefer
from activities.ledger.ledger import Ledger
from activities.reply import Replier
from activities.session_task import Brief, SessionKey
from activities.task import Setting
from activities.tool import Toolbox
from search.hypothesis import Hypothesis
from search.verdict import Baseline
from tests.activities.ledger.samples import NOON, begin, make_record, propose
from tests.fakes.model_server import Answer, ModelServer, Script, model_server
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE
from workflows.sandbox import workflow_runner
from workflows.session import SessionEnd, SessionTask, SessionWorkflow

HYPOTHESIS = Hypothesis(
    claim="batching doubles tokens per second",
    mechanism="weights are read once per step",
    evidence="the mean batch is 1",
    activation="the mean batch rises",
    falsifier="a ratio below 1.5",
    expected_log_gain=0.7,
)
PLAN = {
    "parent": 0,
    "claim": "batching doubles tokens per second",
    "mechanism": "weights are read once per step",
    "evidence": "the mean batch is 1",
    "activation": "the mean batch rises to 4",
    "falsifier": "a ratio below 1.5",
    "expected_ratio": 2.0,
}
EDIT = ("edit_file", {"path": "serve.py", "old": "print(0)", "new": "print('fast')"})
SUBMIT = ("submit", {"summary": "It prints faster; the log shows it."})


@dataclass
class Bench:
    """One search with a starter, and a way to hold sessions in it."""

    client: Client
    ledger: Ledger
    search: str

    def task(self, role: RoleName = "implementer", **changes: object) -> SessionTask:
        """A session about candidate 1."""
        setting = Setting(search=self.search, scenario="chat", target="cpu", model="tiny", correctness="lossless")
        key = SessionKey(setting=setting, agent="openai:scripted", role=role, number=1)
        return SessionTask(key=key, brief=Brief(hypothesis=HYPOTHESIS)).model_copy(update=changes)

    def steps(self, session: str = "0001-implementer") -> tuple[Step, ...]:
        """Its transcript."""
        return Transcript(self.ledger, self.search, session).steps()

    @asynccontextmanager
    async def staffed(self, server: ModelServer, *, context_tokens: int = 100_000) -> AsyncIterator[None]:
        """A worker that asks this server."""
        catalog = load_catalog()
        briefer = Briefer(self.ledger, catalog)
        prices = {"scripted": Price(input=1.0, cached=0.1, output=10.0, context_tokens=context_tokens)}
        async with AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as asker:
            replier = Replier(self.ledger, StreamedEndpoint(asker), prices)
            activities = [briefer.brief, briefer.say, replier.reply, Toolbox(self.ledger, catalog).use]
            with ThreadPoolExecutor(4) as threads:
                async with (
                    Worker(self.client, task_queue=SEARCHES_QUEUE, workflows=[SessionWorkflow], workflow_runner=workflow_runner()),
                    Worker(self.client, task_queue=AGENTS_QUEUE, activities=activities, activity_executor=threads),
                ):
                    yield

    async def begin(self, task: SessionTask) -> WorkflowHandle[SessionWorkflow, SessionEnd]:
        """Start it."""
        return await self.client.start_workflow(SessionWorkflow.run, task, id=f"session-{uuid.uuid4().hex[:8]}", task_queue=SEARCHES_QUEUE)

    async def hold(
        self, script: Script | Sequence[Answer], task: SessionTask | None = None, **limits: int
    ) -> tuple[SessionEnd, ModelServer]:
        """One whole session."""
        async with model_server(script) as server, self.staffed(server, **limits):
            handle = await self.begin(task or self.task())
            async with asyncio.timeout(60):
                return await handle.result(), server


def open_bench(client: Client, folder: Path) -> Bench:
    """With a ledger in the folder."""
    ledger = Ledger.open(folder / "ledger.git")
    name = f"s{uuid.uuid4().hex[:8]}"
    spec = begin(ledger, name)
    source = propose(ledger, name, 0)
    record = make_record(0, source, verdict=Baseline(), pairs=(), confirming_pairs=0)
    ledger.write_verdict(spec, record, when=NOON)
    ledger.append_record(name, record, when=NOON)
    return Bench(client, ledger, name)


async def keep(staff: AbstractAsyncContextManager[None]) -> None:
    """Workers until this is cancelled."""
    async with staff:
        await asyncio.Event().wait()
