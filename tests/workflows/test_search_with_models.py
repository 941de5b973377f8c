"""A whole search whose planner, implementer, judge and analyst are models behind real HTTP, over a real ledger."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from activities.agents.memory import recall
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from search.spec import Spec
from search.spending import Spending, total_tokens
from search.verdict import Measured, Rejected
from tests.activities.ledger.samples import assert_sound, git
from tests.fakes.model_server import Answer, Fails, Says, model_server
from tests.workflows.models_bench import Models, begin, modelled, role_of, staffed
from tests.workflows.session_bench import PLAN
from workflows.search import SearchWorkflow


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty one."""
    return Ledger.open(tmp_path / "ledger.git")


async def test_a_search_repairs_judges_and_analyses_and_a_finding_catches_who_comes_later(
    client: Client, ledger: Ledger, spec: Spec
) -> None:
    """1 is wrong at first; 2 caches answers until the judge's test joins the gate; 3 caches them for ever, and no judge need look."""
    models = Models(clumsy=frozenset({1}), cheats=frozenset({2}), stubborn=frozenset({3}))
    async with model_server(models) as server, staffed(client, ledger, spec.target, server.url):
        search = await begin(client, modelled(spec, candidates=3))
        async with asyncio.timeout(100):
            outcome = await search.result()
        progress = await search.query(SearchWorkflow.progress)
    assert (outcome.champion, outcome.candidates) == (2, 3)
    _, first, second, third = ledger.records(spec.name)

    assert isinstance(first.verdict, Measured) and first.verdict.kind == "promoted"
    assert [gate.passed for gate in first.gates if gate.stage == "correctness"] == [False, True], "the repair went through the gates again"
    assert first.hypothesis.activation == PLAN["activation"]
    assert [judgement.sentence() for judgement in first.judgements] == ["no finding"]

    assert [judgement.sentence() for judgement in second.judgements] == [
        "caches_answers_2 joined the gate; 1 refuted by trial",
        "no finding",
    ], "what was mended is judged afresh"
    assert [(finding.test, finding.accepted, finding.reason) for finding in second.judgements[0].findings] == [
        ("caches_answers_2", True, "it fails"),
        ("sleeps_2", False, "it passes"),
    ]
    told = git(ledger, "show", "-s", f"search/{spec.name}/candidate/2")
    assert "sleeps_2, refuted: it may sleep while nobody counts (it passes)" in told
    assert [gate.passed for gate in second.gates if gate.stage == "tests"] == [False, True]
    assert ledger.files(second.source.tree)["serve.py"] == "SPEED = 40\n"
    assert [test.name for test in ledger.tests(spec.name)] == ["caches_answers_2"]
    assert [review.retrials[0].demoted for review in ledger.reviews(spec.name)] == [False], "who was promoted before is put through it"

    assert third.verdict == Rejected(stage="tests", reason="caches_answers_2: scripted", evidence="answers are kept by their prompt")
    assert third.judgements == () and third.pairs == ()

    assert {number: one.mechanism for number, one in ledger.analyses(spec.name).items()} == {1: "active", 2: "active"}
    check_plans([asked["messages"][1]["content"] for asked in server.asked if role_of(asked) == "planner"], ledger, spec)
    paid = paid_for(ledger, spec)
    assert Counter(one.role for one in paid) == {"planner": 3, "implementer": 3, "judge": 2, "analyst": 2}
    assert sum(one.replies for one in paid) == len(server.asked)
    spent = {each.name: each.used for each in progress.spent}
    assert spent["tokens"] == total_tokens(paid)
    assert spent["dollars (some prices unknown)"] > 0
    assert_sound(ledger)


def check_plans(briefs: list[str], ledger: Ledger, spec: Spec) -> None:
    """Each plan reads what was found since the last one, and what it left for itself."""
    assert "padded attention" not in briefs[0] and "padded attention" in briefs[1]
    assert "after 2 try the cache" in briefs[2] and "caches_answers_2" in briefs[2] and "1 of 3 candidates" in briefs[2]
    assert recall(ledger, spec.name).assessments[2].standing == "open"


def paid_for(ledger: Ledger, spec: Spec) -> list[Spending]:
    """What the journal says that models cost."""
    records, analyses = ledger.records(spec.name), ledger.analyses(spec.name).values()
    return [*(one for record in records for one in record.spending), *(one for each in analyses for one in each.spending)]


async def test_a_worker_killed_in_a_session_is_followed_by_another_and_no_reply_is_paid_twice(
    client: Client, ledger: Ledger, spec: Spec
) -> None:
    hold = asyncio.Event()
    models = Models(hold=hold)
    async with model_server(models) as server:
        where = (client.service_client.config.target_host, str(ledger.path), spec.target, server.url)
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.workflows.models_bench", *where, cwd=Path(__file__).parents[2]
        )
        search = await begin(client, modelled(spec, candidates=1))
        async with asyncio.timeout(60):
            await models.reached.wait()
        os.kill(worker.pid, signal.SIGKILL)
        await worker.wait()
        models.hold = None
        async with staffed(client, ledger, spec.target, server.url), asyncio.timeout(100):
            outcome = await search.result()
    assert outcome.champion == 1
    asked = Counter(json.dumps(each["messages"]) for each in server.asked)
    assert sorted(asked.values()) == [1, 1, 1, 1, 2], "plan, change, judgement and analysis once; the reply that nobody heard twice"
    assert sum(one.replies for one in paid_for(ledger, spec)) == 5


async def test_a_judge_and_an_analyst_that_fail_stop_nobody_and_leave_a_note(client: Client, ledger: Ledger, spec: Spec) -> None:
    models = Models()

    def script(asked: Mapping[str, Any]) -> Answer:
        return Says(refusal="not this") if role_of(asked) in ("judge", "analyst") else models(asked)

    async with model_server(script) as server, staffed(client, ledger, spec.target, server.url):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec, candidates=1))).result()
    assert outcome.champion == 1
    (judgement,) = ledger.records(spec.name)[1].judgements
    assert judgement.sentence() == "no judgement: the model refused: not this"
    assert ledger.analyses(spec.name)[1].lines() == ("no analysis: the model refused: not this",)


async def test_an_implementer_that_gives_up_is_rejected_with_its_reason(client: Client, ledger: Ledger, spec: Spec) -> None:
    def script(asked: Mapping[str, Any]) -> Answer:
        return Says(calls=[("submit", PLAN)]) if role_of(asked) == "planner" else Says("I do not know how.")

    async with model_server(script) as server, staffed(client, ledger, spec.target, server.url):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec, candidates=1))).result()
    verdict = ledger.records(spec.name)[1].verdict
    assert isinstance(verdict, Rejected)
    assert (verdict.stage, verdict.reason) == ("generate", "the model's replies lead nowhere, also after a correction")
    assert outcome.champion == 0
    assert ledger.tip(candidate_branch(spec.name, 1))


async def test_one_plan_fills_all_free_slots(client: Client, ledger: Ledger, spec: Spec) -> None:
    other = {name: PLAN[name] for name in PLAN} | {"claim": "unpadded attention is faster"}
    briefs: list[str] = []

    def script(asked: Mapping[str, Any]) -> Answer:
        if role_of(asked) != "planner":
            return Says(refusal="not this")
        briefs.append(asked["messages"][1]["content"])
        return Says(calls=[("submit", {**PLAN, "others": [other]})])

    wide = modelled(spec, candidates=2).model_copy(update={"parallel": 2})
    async with model_server(script) as server, staffed(client, ledger, spec.target, server.url):
        async with asyncio.timeout(100):
            await (await begin(client, wide)).result()
    assert len(briefs) == 1 and "Candidates that may begin now: 2" in briefs[0]
    assert [record.hypothesis.claim for record in ledger.records(spec.name)[1:]] == [PLAN["claim"], other["claim"]]


async def test_a_planner_that_cannot_plan_ends_the_search_with_the_reason(client: Client, ledger: Ledger, spec: Spec) -> None:
    async with model_server([Fails(401, "bad key")]) as server, staffed(client, ledger, spec.target, server.url):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec))).result()
    assert "the planner gave no hypothesis" in outcome.reason and "OPENAI_API_KEY" in outcome.reason
    assert outcome.candidates == 0
    assert len(server.asked) == 1


async def test_a_limit_of_tokens_ends_the_search_in_order(client: Client, ledger: Ledger, spec: Spec) -> None:
    async with model_server(Models()) as server, staffed(client, ledger, spec.target, server.url):
        async with asyncio.timeout(100):
            outcome = await (await begin(client, modelled(spec, candidates=9, tokens=3000))).result()
    assert outcome.reason == "all 3000 tokens are used up"
    assert outcome.candidates < 9
    assert json.loads(ledger.journal_text(spec.name, "conclusion.json") or "{}")["reason"] == outcome.reason
