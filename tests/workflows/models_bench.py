"""A search of models behind real HTTP over a real ledger: what they say, and the workers.

`python -m tests.workflows.models_bench ADDRESS LEDGER TARGET URL` runs the workers in a process that can be killed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from activities.agents.catalog import load_catalog
from activities.agents.openai_endpoint import StreamedEndpoint
from activities.agents.prices import Price
from activities.brief import Briefer
from activities.conclude import Concluder
from activities.found import Founder
from activities.histories import Historian
from activities.ledger.ledger import Ledger
from activities.note import Noter
from activities.novelty import NoveltyGate
from activities.record import Recorder
from activities.reply import Replier
from activities.review import Reviewer
from activities.tool import Toolbox
from search.spec import Spec
from tests.fakes.model_server import Answer, Says
from tests.workflows.judged_by_text import TextJudge
from tests.workflows.session_bench import PLAN, SUBMIT
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue, search_id
from workflows.reexamine import ReexamineWorkflow
from workflows.rescore import RescoreWorkflow
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.session import SessionWorkflow
from workflows.state import Outcome, SearchState

FLOWS = [SearchWorkflow, CandidateWorkflow, SessionWorkflow, DuelWorkflow, ReexamineWorkflow, RescoreWorkflow]
HONEST = {"summary": "I read the whole change and found nothing."}
CAUGHT = {
    "summary": "It keeps answers by their prompt.",
    "findings": [
        {"name": "caches_answers", "why": "answers are kept by their prompt", "program": "forbids CACHED"},
        {"name": "sleeps", "why": "it may sleep while nobody counts", "program": "forbids SLEEP"},
    ],
}
DIAGNOSIS = {
    "mechanism": "active",
    "finding": "the batch grew and so did the rate",
    "bottlenecks": [{"what": "padded attention", "evidence": "60 % of wall clock in attention"}],
    "suggestions": [{"claim": "unpadded attention is faster", "mechanism": "no work for padding", "expected_ratio": 1.5}],
}


class Models:
    """Plans one candidate after the other; the implementer writes `SPEED = 20 x number`: wrong at first where the number is in `clumsy`,
    with a cache of answers at first in `cheats`, with one for ever in `stubborn`. The judge sees caches, the analyst is content."""

    def __init__(
        self,
        *,
        clumsy: frozenset[int] = frozenset(),
        cheats: frozenset[int] = frozenset(),
        stubborn: frozenset[int] = frozenset(),
        hold: asyncio.Event | None = None,
    ) -> None:
        self.clumsy = clumsy
        self.cheats = cheats
        self.stubborn = stubborn
        self.hold = hold
        self.reached = asyncio.Event()
        self.planned = 0
        self.repairs = 0

    def __call__(self, asked: Mapping[str, Any]) -> Answer:
        """The next message of whoever asks."""
        messages = asked["messages"]
        match role_of(asked):
            case "planner":
                return self._plan(messages[1]["content"])
            case "judge":
                return Says(calls=[("submit", CAUGHT if "+CACHED" in messages[1]["content"] else HONEST)])
            case "analyst":
                return Says(calls=[("submit", DIAGNOSIS)])
            case _:
                return self._write(messages[-1])

    def _plan(self, brief: str) -> Answer:
        self.planned += 1
        parent = int(brief.split("The champion is candidate ")[1].split(":")[0])
        earlier = [{"candidate": self.planned - 1, "standing": "open"}] if self.planned > 1 else []
        claim, roadmap = f"candidate {self.planned} is faster than the champion", f"after {self.planned} try the cache"
        return Says(calls=[("submit", {**PLAN, "parent": parent, "claim": claim, "roadmap": roadmap, "assessments": earlier})])

    def _write(self, last: Mapping[str, Any]) -> Answer:
        number = self.planned
        if "refused your tree" in last["content"]:
            self.repairs += 1
            rest = f"CACHED = {self.repairs}\n" if number in self.stubborn else ""
            return Says(calls=[_file(f"SPEED = {20 * number}\n{rest}"), SUBMIT])
        if last["role"] == "tool":
            self.reached.set()
            return Says(calls=[SUBMIT], wait=self.hold)
        rest = "WRONG\n" if number in self.clumsy else "CACHED = 0\n" if number in self.cheats | self.stubborn else ""
        return Says(calls=[_file(f"SPEED = {20 * number}\n{rest}")])


def role_of(asked: Mapping[str, Any]) -> str:
    """Who asks, by the first words that it was told."""
    return str(asked["messages"][0]["content"]).removeprefix("You are the ").split()[0]


def modelled(spec: Spec, **budget: object) -> Spec:
    """The search with models in every role."""
    limits = spec.budget.model_copy(update={"candidates": 2, **budget})
    return spec.model_copy(update={"agent": "openai:planner=thinker,implementer=writer", "policy": "planner", "budget": limits})


@asynccontextmanager
async def staffed(client: Client, ledger: Ledger, target: str, url: str) -> AsyncIterator[None]:
    """Workers for every queue of a search."""
    catalog, judge = load_catalog(), TextJudge(ledger)
    briefer, reviewer, concluder = Briefer(ledger, catalog), Reviewer(ledger), Concluder(ledger)
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as asker:
        replier = Replier(ledger, StreamedEndpoint(asker), {"writer": Price(input=1.0, output=10.0)})
        writing = [briefer.brief, briefer.say, replier.reply, Toolbox(ledger, catalog).use]
        keeping = [NoveltyGate(ledger).novelty, Founder(ledger).found, Recorder(ledger).record, concluder.conclude, concluder.break_off]
        keeping += [Noter(ledger).note, Historian(ledger, client).export]
        looking_back = [reviewer.frontier, reviewer.champions, reviewer.keep_test, reviewer.keep_analysis, reviewer.review]
        with ThreadPoolExecutor(4) as threads:
            async with (
                Worker(
                    client,
                    task_queue=SEARCHES_QUEUE,
                    workflows=FLOWS,
                    workflow_runner=workflow_runner(),
                    sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
                ),
                Worker(client, task_queue=AGENTS_QUEUE, activities=[*writing, *keeping, *looking_back], activity_executor=threads),
                Worker(client, task_queue=checks_queue(target), activities=judge.activities()),
                Worker(client, task_queue=device_queue(target), activities=judge.activities()),
            ):
                yield


async def begin(client: Client, spec: Spec) -> WorkflowHandle[SearchWorkflow, Outcome]:
    """Start a search."""
    return await client.start_workflow(SearchWorkflow.run, SearchState(spec=spec), id=search_id(spec.name), task_queue=SEARCHES_QUEUE)


def _file(text: str) -> tuple[str, Mapping[str, str]]:
    return "create_file", {"path": "serve.py", "text": text}


async def _serve(address: str, ledger: str, target: str, url: str) -> None:
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    async with staffed(client, Ledger.open(Path(ledger)), target, url):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:5]))
