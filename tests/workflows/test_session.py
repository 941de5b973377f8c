"""An agent's session on a real Temporal server, a real ledger and a scripted model behind real HTTP."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.agents.memory import recall
from activities.agents.role import ROLES
from activities.ledger.names import candidate_branch
from activities.session_task import Answered, Brief, Briefed, BriefTask, CallName, Replied, ReplyTask, ToolTask
from search.budget import Allowance
from search.spending import Spending
from search.verdict import Rejected
from tests.activities.ledger.samples import LOST, NOON, make_record, propose
from tests.fakes.model_server import Answer, Drops, Fails, Says, model_server
from tests.workflows.models_bench import DIAGNOSIS
from tests.workflows.session_bench import EDIT, HYPOTHESIS, PLAN, SUBMIT, Bench, keep, open_bench
from workflows.identity import AGENTS_QUEUE, SEARCHES_QUEUE
from workflows.sandbox import workflow_runner
from workflows.session import SessionWorkflow


@pytest.fixture
def bench(client: Client, tmp_path: Path) -> Bench:
    """A ledger with a crowned starter."""
    return open_bench(client, tmp_path)


async def test_an_implementer_reads_changes_and_hands_in_its_tree(bench: Bench) -> None:
    end, server = await bench.hold([Says("I look", calls=[("read_file", {"path": "serve.py"})]), Says(calls=[EDIT]), Says(calls=[SUBMIT])])
    assert (end.failed, json.loads(end.submission)["summary"]) == ("", SUBMIT[1]["summary"])
    assert bench.ledger.files(end.source.tree) == {"serve.py": "print('fast')\n", "engine/core.py": "step = 1\n"}
    assert bench.ledger.tip(candidate_branch(bench.search, 1)) == end.source.commit
    brief = server.asked[0]["messages"][1]["content"]
    assert "batching doubles tokens per second" in brief and "Skills to read" in brief
    assert "    1  print(0)" in server.asked[1]["messages"][-1]["content"]


async def test_what_a_session_cost_is_told_by_role_and_model(bench: Bench) -> None:
    end, _ = await bench.hold([Says(calls=[EDIT]), Says(calls=[SUBMIT], cached_tokens=100)])
    (spending,) = end.task.spending
    assert (spending.role, spending.model, spending.replies, spending.cached_tokens) == ("implementer", "scripted", 2, 100)
    fresh = spending.input_tokens - 100
    assert spending.dollars == pytest.approx((fresh * 1.0 + 100 * 0.1 + spending.output_tokens * 10.0) / 1e6)


async def test_a_planner_hands_in_a_hypothesis_by_tool_or_as_plain_json(bench: Bench) -> None:
    end, _ = await bench.hold([Says(calls=[("read_history", {"candidate": 0})]), Says(calls=[("submit", PLAN)])], bench.task("planner"))
    assert json.loads(end.submission)["activation"] == "the mean batch rises to 4"
    task = bench.task("planner")
    again = task.model_copy(update={"key": task.key.model_copy(update={"attempt": 2})})
    end, _ = await bench.hold([Says(f"```json\n{json.dumps(PLAN)}\n```")], again)
    assert json.loads(end.submission)["expected_ratio"] == 2.0


async def test_a_submission_that_does_not_fit_gets_one_correction(bench: Bench) -> None:
    vague = ("submit", {**PLAN, "falsifier": ""})
    end, server = await bench.hold([Says(calls=[vague]), Says(calls=[("submit", PLAN)])], bench.task("planner"))
    assert not end.failed
    assert "falsifier" in server.asked[1]["messages"][-1]["content"]


async def test_a_second_misfit_is_an_honest_failure_and_no_plan(bench: Bench) -> None:
    end, server = await bench.hold([Says(calls=[("submit", {**PLAN, "parent": 7})])], bench.task("planner"))
    assert (end.submission, end.failed) == ("", "what was handed in does not fit, also after a correction")
    assert len(server.asked) == 2
    assert "is no parent" in server.asked[1]["messages"][-1]["content"]


async def test_a_direction_that_was_never_measured_cannot_be_abandoned(bench: Bench) -> None:
    """A refused implementation was buggy; only a duel speaks about a direction."""
    refused = make_record(
        1, propose(bench.ledger, bench.search, 1), verdict=Rejected(stage="build", reason="no"), pairs=(), confirming_pairs=0
    )
    bench.ledger.append_record(bench.search, refused, when=NOON)
    abandoned = {"candidate": 1, "standing": "abandoned", "mechanism": "attention has 3 % of wall clock, so that it cannot pay"}
    vague = {**abandoned, "mechanism": ""}
    buggy = {"candidate": 1, "standing": "buggy"}
    task = bench.task("planner")
    end, server = await bench.hold(
        [Says(calls=[("submit", {**PLAN, "assessments": [abandoned]})]), Says(calls=[("submit", {**PLAN, "assessments": [buggy]})])], task
    )
    assert not end.failed
    assert "was never measured" in server.asked[1]["messages"][-1]["content"]
    assert recall(bench.ledger, bench.search).assessments[1].standing == "buggy"
    again = task.model_copy(update={"key": task.key.model_copy(update={"attempt": 2})})
    _, server = await bench.hold([Says(calls=[("submit", {**PLAN, "assessments": [vague]})])], again)
    assert "why the mechanism itself cannot pay" in server.asked[1]["messages"][-1]["content"]


async def test_a_judge_reads_the_change_and_can_make_none(bench: Bench) -> None:
    source = propose(bench.ledger, bench.search, 1)
    task = bench.task("judge", brief=Brief(hypothesis=HYPOTHESIS, source=source))
    charges = {
        "summary": "I read the whole change.",
        "findings": [{"name": "prints", "why": "it prints a number", "program": "raise SystemExit(1)"}],
    }
    end, server = await bench.hold([Says(calls=[EDIT, ("read_file", {"path": "serve.py"})]), Says(calls=[("submit", charges)])], task)
    assert json.loads(end.submission)["findings"][0]["name"] == "prints"
    assert "+print(1)" in server.asked[0]["messages"][1]["content"]
    told = [message["content"] for message in server.asked[1]["messages"] if message["role"] == "tool"]
    assert "there is no tool 'edit_file'" in told[0] and "print(1)" in told[1]
    assert end.source == source and bench.ledger.tip(candidate_branch(bench.search, 1)) == source.commit


async def test_an_analyst_reads_both_profiles_and_figures(bench: Bench) -> None:
    record = make_record(1, propose(bench.ledger, bench.search, 1), verdict=LOST, against=0)
    bench.ledger.append_record(bench.search, record, when=NOON)
    end, server = await bench.hold([Says(calls=[("submit", DIAGNOSIS)])], bench.task("analyst"))
    brief = server.asked[0]["messages"][1]["content"]
    assert json.loads(end.submission)["mechanism"] == "active"
    assert "not better" in brief and "matrix products 60%" in brief and "score: champion 50, candidate 230" in brief
    assert "It met the champion of that time, candidate 0" in brief


async def test_a_session_ends_at_the_limit_of_its_role(bench: Bench) -> None:
    spent = (Spending(role="analyst", model="scripted", input_tokens=ROLES["analyst"].session_tokens),)
    bench.ledger.append_record(bench.search, make_record(1, propose(bench.ledger, bench.search, 1), against=0), when=NOON)
    end, server = await bench.hold([Says("never asked")], bench.task("analyst", spending=spent))
    assert (end.failed, server.asked) == (f"nothing was handed in within {ROLES['analyst'].session_tokens} tokens", [])


async def test_an_unchanged_tree_cannot_be_handed_in(bench: Bench) -> None:
    end, _ = await bench.hold([Says(calls=[SUBMIT]), Says(calls=[EDIT, SUBMIT])])
    assert not end.failed
    assert "nothing was changed" in bench.steps()[3].message.text


async def test_mistakes_in_calls_go_back_to_the_model_and_change_nothing(bench: Bench) -> None:
    wrong = [
        ("edit_file", '{"path": "serve.py", '),
        ("edit_file", {"path": "serve.py", "old": "absent", "new": "x"}),
        ("create_file", {"path": "../escape.py", "text": "x"}),
        ("read_file", {"path": "/etc/passwd"}),
        ("format_disk", {}),
    ]
    end, _ = await bench.hold([Says(calls=wrong), Says(calls=[EDIT]), Says(calls=[SUBMIT])])
    told = [step.message.text for step in bench.steps()[3:8]]
    assert all(text.startswith("error: ") for text in told), told
    assert "occurs 0 times" in told[1] and "there is no tool 'format_disk'" in told[4]
    assert sorted(bench.ledger.files(end.source.tree)) == ["engine/core.py", "serve.py"]


async def test_a_reply_that_leads_nowhere_is_minded_once(bench: Bench) -> None:
    end, server = await bench.hold([Says("Hm."), Says("I cannot decide.")])
    assert end.failed == "the model's replies lead nowhere, also after a correction"
    assert "called no tool" in server.asked[1]["messages"][-1]["content"]


async def test_nothing_of_a_reply_that_was_cut_off_is_carried_out(bench: Bench) -> None:
    end, server = await bench.hold([Says(calls=[EDIT], finish="length"), Says(calls=[EDIT, SUBMIT])])
    assert not end.failed
    assert "cut off" in server.asked[1]["messages"][-1]["content"]


async def test_a_refusal_ends_the_session_with_the_models_own_words(bench: Bench) -> None:
    end, _ = await bench.hold([Says(refusal="not this")])
    assert end.failed == "the model refused: not this"


async def test_a_key_that_is_refused_ends_it_for_every_session(bench: Bench) -> None:
    end, server = await bench.hold([Fails(401)])
    assert end.final and "OPENAI_API_KEY" in end.failed
    assert len(server.asked) == 1


async def test_rate_limits_failures_and_broken_connections_cost_time_and_nothing_else(bench: Bench) -> None:
    trouble: list[Answer] = [Drops(), Fails(429, headers={"retry-after-ms": "50"}), Fails(500, headers={"retry-after-ms": "50"})]
    end, server = await bench.hold([*trouble, Says(calls=[EDIT]), Says(calls=[SUBMIT])])
    assert not end.failed
    assert end.task.spending[0].replies == 2
    assert len(server.asked) == 5


async def test_a_session_goes_on_with_the_report_of_a_gate(bench: Bench) -> None:
    end, _ = await bench.hold([Says(calls=[EDIT, SUBMIT])])
    refused = end.task.model_copy(update={"rejected": Rejected(stage="correctness", reason="token 7 is wrong", evidence="got 12")})
    mend = ("edit_file", {"path": "serve.py", "old": "fast", "new": "right"})
    later, server = await bench.hold([Says(calls=[mend, SUBMIT])], refused)
    assert bench.ledger.files(later.source.tree)["serve.py"] == "print('right')\n"
    heard = [message["content"] for message in server.asked[0]["messages"]]
    assert "token 7 is wrong" in heard[-1] and "batching doubles" in heard[1]


async def test_a_limit_of_tokens_ends_a_session_in_order(bench: Bench) -> None:
    end, server = await bench.hold([Says(calls=[("list_files", {})])], bench.task(allowed=Allowance(tokens=1)))
    assert end.failed == "the budget of tokens is used up"
    assert len(server.asked) == 1


async def test_a_limit_that_resets_after_the_searchs_end_is_not_waited_for(bench: Bench) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    end, server = await bench.hold([Fails(429, headers={"retry-after": "3600"})], bench.task(allowed=Allowance(ends_by=soon)))
    assert end.failed.startswith("the search's time was over before anything was handed in: the endpoint answered 429")
    assert len(server.asked) == 1


async def test_a_worker_that_dies_between_reply_and_acknowledgement_pays_nothing_twice(bench: Bench) -> None:
    """Once the reply is in the journal, another attempt at the same place finds it there and asks nobody."""
    end, _ = await bench.hold([Says(calls=[EDIT]), Says(calls=[SUBMIT])])
    commit, before = end.source.commit, bench.steps()
    again, server = await bench.hold([Fails(500)])
    assert server.asked == []
    assert again.source.commit == commit
    assert again.submission == end.submission
    assert bench.steps() == before


async def test_a_killed_worker_is_followed_by_another_at_the_very_step(bench: Bench) -> None:
    hold = asyncio.Event()
    reached = asyncio.Event()
    answers: list[Answer] = [Says(calls=[EDIT]), Says(calls=[SUBMIT], wait=hold)]

    def script(asked: object) -> Answer:
        answer = answers.pop(0)
        if not answers:
            reached.set()
        return answer

    async with model_server(script) as server:
        first = asyncio.create_task(keep(bench.staffed(server)))
        handle = await bench.begin(bench.task())
        async with asyncio.timeout(30):
            await reached.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        answers.append(Says(calls=[SUBMIT]))
        async with bench.staffed(server), asyncio.timeout(60):
            end = await handle.result()
    assert not end.failed
    assert len(server.asked) == 3, "only the reply that nobody had heard was asked for again"
    assert [step.message.speaker for step in bench.steps()] == ["system", "user", "assistant", "tool", "assistant", "tool"]


async def test_two_hundred_turns_stay_below_five_thousand_events_and_a_megabyte(client: Client, bench: Bench) -> None:
    source = bench.ledger.records(bench.search)[0].source

    @activity.defn(name="brief")
    async def brief(task: BriefTask) -> Briefed:
        return Briefed(place=2, source=source)

    @activity.defn(name="reply")
    async def reply(task: ReplyTask) -> Replied:
        spending = Spending(role="implementer", model="scripted", replies=1, input_tokens=50_000, output_tokens=500)
        return Replied(calls=(CallName(index=0, tool="read_file"),), spending=spending)

    @activity.defn(name="tool")
    async def tool(task: ToolTask) -> Answered:
        return Answered(source=source)

    async with (
        Worker(client, task_queue=SEARCHES_QUEUE, workflows=[SessionWorkflow], workflow_runner=workflow_runner()),
        Worker(client, task_queue=AGENTS_QUEUE, activities=[brief, reply, tool]),
    ):
        handle = await bench.begin(bench.task(turns=160))
        async with asyncio.timeout(100):
            end = await handle.result()
        history = await handle.fetch_history()
    assert end.failed == "nothing was handed in within 200 replies"
    assert end.task.spending[0].replies == 40
    assert len(history.events) * 5 < 5000
    assert sum(event.ByteSize() for event in history.events) * 5 < 1_000_000


async def test_a_conversation_is_shortened_before_it_fills_the_context(bench: Bench) -> None:
    long = ("create_file", {"path": "notes.md", "text": "word " * 4000})
    answers: list[Answer] = [*(Says(calls=[long]) for _ in range(12)), Says(calls=[SUBMIT])]
    end, server = await bench.hold(answers, context_tokens=60_000)
    assert not end.failed
    assert max(len(json.dumps(asked["messages"])) for asked in server.asked) < 60_000 * 3.5
    assert "batching doubles" in server.asked[-1]["messages"][1]["content"]


async def test_a_model_that_finds_the_conversation_too_long_is_told_less(bench: Bench) -> None:
    long = Says(calls=[("create_file", {"path": "notes.md", "text": "word " * 2000})])
    overflow = Fails(400, "maximum context length is 8192 tokens", code="context_length_exceeded")
    end, server = await bench.hold([long, long, overflow, Says(calls=[SUBMIT])])
    assert not end.failed
    first, second = (len(json.dumps(asked["messages"])) for asked in server.asked[2:])
    assert second < first
    assert end.task.spending[0].replies == 3, "what was refused cost nothing"
