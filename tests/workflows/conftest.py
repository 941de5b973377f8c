"""A real Temporal server for workflow tests, and a worker over scripted activities."""

import sys
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.home import Home
from activities.ledger.ledger import Ledger
from search.spec import Budget, Spec
from tests.made import make_spec
from tests.workflows.scripted import Script
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue, search_id
from workflows.notice import NoticeWorkflow
from workflows.reexamine import ReexamineWorkflow
from workflows.rescore import RescoreWorkflow
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.state import SearchState

Start = Callable[[Script, Spec | SearchState], AbstractAsyncContextManager[WorkflowHandle[SearchWorkflow, object]]]


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[Client]:
    """A client of an embedded server of our own binary."""
    binary = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter, dev_server_existing_path=str(binary)
    ) as environment:
        yield environment.client


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty one."""
    return Home(root=tmp_path / "home")


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """Of that home."""
    home.root.mkdir()
    return Ledger.open(home.ledger)


@pytest.fixture
def target() -> str:
    """A target name of its own for each test, so that its queues are its own."""
    return f"t{uuid.uuid4().hex[:8]}"


@pytest.fixture
def spec(target: str) -> Spec:
    """A small search."""
    budget = Budget(candidates=3, wall_clock=timedelta(hours=1))
    return make_spec(f"search-{target}", target=target, policy="random", looks=(3, 6), budget=budget)


@asynccontextmanager
async def scripted_workers(client: Client, script: Script, spec: Spec) -> AsyncIterator[None]:
    """For every queue of a search."""
    with ThreadPoolExecutor(4) as threads:
        async with (
            Worker(
                client,
                task_queue=SEARCHES_QUEUE,
                workflows=[SearchWorkflow, CandidateWorkflow, DuelWorkflow, RescoreWorkflow, ReexamineWorkflow, NoticeWorkflow],
                workflow_runner=workflow_runner(),
                sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
            ),
            Worker(client, task_queue=AGENTS_QUEUE, activities=script.activities(), activity_executor=threads),
            Worker(client, task_queue=checks_queue(spec.target), activities=script.activities(), activity_executor=threads),
            Worker(client, task_queue=device_queue(spec.target), activities=script.activities(), activity_executor=threads),
        ):
            yield


@asynccontextmanager
async def scripted_search(
    client: Client, script: Script, asked: Spec | SearchState
) -> AsyncIterator[WorkflowHandle[SearchWorkflow, object]]:
    """A search over a script; its workers live as long as the context."""
    state = asked if isinstance(asked, SearchState) else SearchState(spec=asked)
    async with scripted_workers(client, script, state.spec):
        yield await client.start_workflow(SearchWorkflow.run, state, id=search_id(state.spec.name), task_queue=SEARCHES_QUEUE)


@pytest.fixture
def start(client: Client) -> Start:
    """Starts a search over a script."""
    return partial(scripted_search, client)
