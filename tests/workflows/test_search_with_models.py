"""A whole search whose planner and implementer are models behind real HTTP, over a real ledger."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.agents.catalog import load_catalog
from activities.agents.openai_endpoint import StreamedEndpoint
from activities.agents.prices import Price
from activities.brief import Briefer
from activities.conclude import Concluder
from activities.found import Founder
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.novelty import NoveltyGate
from activities.record import Recorder
from activities.reply import Replier
from activities.tool import Toolbox
from search.spec import Spec
from search.verdict import Measured, Rejected
from tests.activities.ledger.samples import assert_sound
from tests.fakes.model_server import Answer, Fails, ModelServer, Says, model_server
from tests.workflows.judged_by_text import TextJudge
from tests.workflows.session_bench import PLAN, SUBMIT, keep
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE, checks_queue, device_queue, search_id
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow
from workflows.session import SessionWorkflow
from workflows.state import Outcome, SearchState


class Models:
    """Plans one candidate after the other; the implementer writes `SPEED = 20 x number`, wrong at first where the number is in `clumsy`."""

    def __init__(self, *, clumsy: frozenset[int] = frozenset(), hold: asyncio.Event | None = None) -> None:
        self.clumsy = clumsy
        self.hold = hold
        self.reached = asyncio.Event()
        self.planned = 0

    def __call__(self, asked: Mapping[str, Any]) -> Answer:
        """The next message of whoever asks."""
        messages = asked["messages"]
        if "You are the planner" in messages[0]["content"]:
            self.planned += 1
            parent = max(int(word) for word in messages[1]["content"].split("The champion is candidate ")[1].split(":")[0].split())
            return Says(calls=[("submit", {**PLAN, "parent": parent, "claim": f"candidate {self.planned} is faster than the champion"})])
        number = self.planned
        if "refused your tree" in messages[-1]["content"]:
            return Says(calls=[_write(f"SPEED = {20 * number}\n"), SUBMIT])
        if messages[-1]["role"] == "tool":
            self.reached.set()
            return Says(calls=[SUBMIT], wait=self.hold)
        return Says(calls=[_write(f"SPEED = {20 * number}\n" + ("WRONG\n" if number in self.clumsy else ""))])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty one."""
    return Ledger.open(tmp_path / "ledger.git")


def modelled(spec: Spec, **budget: object) -> Spec:
    """The search with models in every role."""
    limits = spec.budget.model_copy(update={"candidates": 2, **budget})
    return spec.model_copy(update={"agent": "openai:planner=thinker,implementer=writer", "policy": "planner", "budget": limits})


@asynccontextmanager
async def staffed(client: Client, ledger: Ledger, target: str, server: ModelServer) -> AsyncIterator[None]:
    """Workers for every queue of a search."""
    catalog, judge = load_catalog(), TextJudge(ledger)
    briefer = Briefer(ledger, catalog)
    async with AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as asker:
        replier = Replier(ledger, StreamedEndpoint(asker), {"writer": Price(input=1.0, output=10.0)})
        writing = [briefer.brief, briefer.say, replier.reply, Toolbox(ledger, catalog).use]
        keeping = [NoveltyGate(ledger).novelty, Founder(ledger).found, Recorder(ledger).record, Concluder(ledger).conclude]
        flows = [SearchWorkflow, CandidateWorkflow, SessionWorkflow, DuelWorkflow]
        with ThreadPoolExecutor(4) as threads:
            async with (
                Worker(client, task_queue=SEARCHES_QUEUE, workflows=flows, workflow_runner=workflow_runner()),
                Worker(client, task_queue=AGENTS_QUEUE, activities=[*writing, *keeping], activity_executor=threads),
                Worker(client, task_queue=checks_queue(target), activities=judge.activities()),
                Worker(client, task_queue=device_queue(target), activities=judge.activities()),
            ):
                yield


async def begin(client: Client, spec: Spec) -> WorkflowHandle[SearchWorkflow, Outcome]:
    """Start a search."""
    return await client.start_workflow(SearchWorkflow.run, SearchState(spec=spec), id=search_id(spec.name), task_queue=SEARCHES_QUEUE)


async def test_a_search_plans_writes_repairs_and_promotes(client: Client, ledger: Ledger, spec: Spec) -> None:
    asked = modelled(spec)
    async with model_server(Models(clumsy=frozenset({2}))) as server, staffed(client, ledger, spec.target, server):
        search = await begin(client, asked)
        async with asyncio.timeout(100):
            outcome = await search.result()
        progress = await search.query(SearchWorkflow.progress)
    assert (outcome.champion, outcome.candidates) == (2, 2)
    starter, first, second = ledger.records(spec.name)
    assert isinstance(first.verdict, Measured) and first.verdict.kind == "promoted"
    assert isinstance(second.verdict, Measured) and second.parent == 1
    assert [(gate.stage, gate.passed) for gate in second.gates if gate.stage == "correctness"] == [
        ("correctness", False),
        ("correctness", True),
    ], "the repair went through the gates again"
    assert second.hypothesis.activation == PLAN["activation"] and second.hypothesis.composition is None
    assert ledger.files(second.source.tree)["serve.py"] == "SPEED = 40\n"
    assert ledger.files(first.source.tree).keys() == ledger.files(starter.source.tree).keys()
    assert {(one.role, one.model) for one in second.spending} == {("planner", "thinker"), ("implementer", "writer")}
    spent = {each.name: each.used for each in progress.spent}
    assert spent["tokens"] == sum(one.tokens for record in (first, second) for one in record.spending)
    assert spent["dollars (some prices unknown)"] > 0
    assert_sound(ledger)


async def test_workers_killed_in_a_session_are_followed_by_others_at_the_same_step(client: Client, ledger: Ledger, spec: Spec) -> None:
    hold = asyncio.Event()
    models, asked = Models(hold=hold), modelled(spec, candidates=1)
    async with model_server(models) as server:
        first = asyncio.create_task(keep(staffed(client, ledger, spec.target, server)))
        search = await begin(client, asked)
        async with asyncio.timeout(60):
            await models.reached.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        models.hold = None
        async with staffed(client, ledger, spec.target, server), asyncio.timeout(100):
            outcome = await search.result()
    assert outcome.champion == 1
    assert len(server.asked) == 4, "plan, change, and the reply that nobody heard, twice"
    replies = sum(one.replies for one in ledger.records(spec.name)[1].spending)
    assert replies == 3


async def test_an_implementer_that_gives_up_is_rejected_with_its_reason(client: Client, ledger: Ledger, spec: Spec) -> None:
    def script(asked: Mapping[str, Any]) -> Answer:
        planner = "You are the planner" in asked["messages"][0]["content"]
        return Says(calls=[("submit", PLAN)]) if planner else Says("I do not know how.")

    async with model_server(script) as server, staffed(client, ledger, spec.target, server):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec, candidates=1))).result()
    verdict = ledger.records(spec.name)[1].verdict
    assert isinstance(verdict, Rejected)
    assert (verdict.stage, verdict.reason) == ("generate", "the model's replies lead nowhere, also after a correction")
    assert outcome.champion == 0
    assert ledger.tip(candidate_branch(spec.name, 1))


async def test_a_planner_that_cannot_plan_ends_the_search_with_the_reason(client: Client, ledger: Ledger, spec: Spec) -> None:
    async with model_server([Fails(401, "bad key")]) as server, staffed(client, ledger, spec.target, server):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec))).result()
    assert "the planner gave no hypothesis" in outcome.reason and "OPENAI_API_KEY" in outcome.reason
    assert outcome.candidates == 0
    assert len(server.asked) == 1


async def test_a_limit_of_tokens_ends_the_search_in_order(client: Client, ledger: Ledger, spec: Spec) -> None:
    async with model_server(Models()) as server, staffed(client, ledger, spec.target, server):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec, candidates=9, tokens=3000))).result()
    assert outcome.reason == "all 3000 tokens are used up"
    assert outcome.candidates < 9
    assert json.loads(ledger.journal_text(spec.name, "conclusion.json") or "{}")["reason"] == outcome.reason


def _write(text: str) -> tuple[str, Mapping[str, str]]:
    return "create_file", {"path": "serve.py", "text": text}
