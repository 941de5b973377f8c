"""A search whose candidates are written by outside authors: its workers, over a real ledger and gates that read texts."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.agents.catalog import load_catalog
from activities.conclude import Concluder
from activities.found import Founder
from activities.hand_in import HandInKeeper
from activities.histories import Historian
from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.note import Noter
from activities.novelty import NoveltyGate
from activities.open_work import WorkOpener
from activities.record import Recorder
from activities.work_command import Commander
from search.spec import Spec
from tests.workflows.judged_by_text import TextJudge
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue, search_id, work_queue
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.state import Outcome, SearchState
from workflows.work import WorkWorkflow

STATED = (
    "--claim",
    "batching doubles the speed",
    "--mechanism",
    "weights are read once",
    "--falsifier",
    "a ratio below 1.5",
    "--expect",
    "2",
)
LIMIT_SECONDS = 60


@asynccontextmanager
async def staffed(client: Client, ledger: Ledger, home: Home, target: str) -> AsyncIterator[None]:
    """Workers for every queue of a search."""
    judge, queues = TextJudge(ledger), (checks_queue(target), device_queue(target))
    keeping = [NoveltyGate(ledger).novelty, Founder(ledger).found, Recorder(ledger).record, Concluder(ledger).conclude]
    keeping += [Noter(ledger).note, Historian(ledger, client).export]
    working = [WorkOpener(ledger, load_catalog(), home).open, HandInKeeper(ledger).keep]
    flows = [SearchWorkflow, CandidateWorkflow, WorkWorkflow, DuelWorkflow]
    with ThreadPoolExecutor(4) as threads:
        async with (
            Worker(client, task_queue=SEARCHES_QUEUE, workflows=flows, workflow_runner=workflow_runner()),
            Worker(client, task_queue=AGENTS_QUEUE, activities=[*keeping, *working], activity_executor=threads),
            Worker(
                client,
                task_queue=work_queue(target),
                activities=[Commander(ledger, home, {"KEY": "s3cret"}).work],
                max_heartbeat_throttle_interval=timedelta(seconds=0.2),
            ),
            Worker(client, task_queue=queues[0], activities=judge.activities()),
            Worker(client, task_queue=queues[1], activities=judge.activities()),
        ):
            yield


async def begin(client: Client, spec: Spec, agent: str = "external", **budget: object) -> WorkflowHandle[SearchWorkflow, Outcome]:
    """Start a search of one candidate."""
    limits = spec.budget.model_copy(update={"candidates": 1, **budget})
    asked = spec.model_copy(update={"agent": agent, "policy": "author", "budget": limits})
    return await client.start_workflow(SearchWorkflow.run, SearchState(spec=asked), id=search_id(spec.name), task_queue=SEARCHES_QUEUE)


async def ended(search: WorkflowHandle[SearchWorkflow, Outcome]) -> Outcome:
    """How it ended."""
    async with asyncio.timeout(LIMIT_SECONDS):
        return await search.result()
