"""Outside authors on a real Temporal server and a real ledger, through the command line: take work, hand it in, repair it, give it up."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.agents.catalog import load_catalog
from activities.conclude import Concluder
from activities.found import Founder
from activities.hand_in import HandInKeeper
from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.novelty import NoveltyGate
from activities.open_work import WorkOpener
from activities.record import Recorder
from activities.work_command import Commander
from cli.app import run
from cli.temporal import heartbeats, survey
from models.checkpoint import obtain_checkpoint
from search.spec import Spec
from search.verdict import Measured, Rejected
from tests.activities.ledger.samples import assert_sound
from tests.workflows.judged_by_text import TextJudge
from tests.workflows.session_bench import keep
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
Vibeserve = Callable[..., Awaitable[tuple[int, Any, str]]]


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
def vibeserve(client: Client, home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    """`vibeserve work ... --json` against the tests' server; exit code, document, story."""
    monkeypatch.setenv("VIBESERVE_HOME", str(home.root))
    monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)

    async def type_in(*arguments: str) -> tuple[int, Any, str]:
        capfd.readouterr()
        code = await asyncio.to_thread(run, ["work", *arguments, "--json"])
        stdout, stderr = capfd.readouterr()
        return code, json.loads(stdout) if stdout else None, stderr

    return type_in


@asynccontextmanager
async def staffed(client: Client, ledger: Ledger, home: Home, target: str) -> AsyncIterator[None]:
    """Workers for every queue of a search."""
    judge, queues = TextJudge(ledger), (checks_queue(target), device_queue(target))
    keeping = [NoveltyGate(ledger).novelty, Founder(ledger).found, Recorder(ledger).record, Concluder(ledger).conclude]
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


async def waiting(vibeserve: Vibeserve, **wanted: object) -> dict[str, Any]:
    """The first item that stands so."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while True:
            _, items, _ = await vibeserve("list")
            for item in items or ():
                if all(item[name] == value for name, value in wanted.items()):
                    return item


async def ended(search: WorkflowHandle[SearchWorkflow, Outcome]) -> Outcome:
    """How it ended."""
    async with asyncio.timeout(LIMIT_SECONDS):
        return await search.result()


async def test_work_is_claimed_refused_repaired_and_promoted(
    client: Client, ledger: Ledger, home: Home, spec: Spec, vibeserve: Vibeserve
) -> None:
    async with staffed(client, ledger, home, spec.target):
        search = await begin(client, spec)
        item = await waiting(vibeserve, state="open")
        name = f"{spec.name}/1"
        assert (item["item"], item["parent"], item["kind"], item["hypothesis"]) == (name, 0, "write", None)
        _, shown, _ = await vibeserve("show", name)
        folder = Path(shown["folder"])
        assert (folder / "BRIEF.md").read_text() == shown["brief"]
        for words in (
            "Propose the hypothesis yourself",
            "GET /health",
            "vibeserve evaluate chat DIR",
            f"work submit {name}",
            "candidate 0",
        ):
            assert words in shown["brief"]

        assert (await vibeserve("claim", name, "--as", "ann"))[1]["lease"]["by"] == "ann"
        code, _, story = await vibeserve("claim", name, "--as", "bob")
        assert code == 1 and "claimed by ann until" in story
        code, _, story = await vibeserve("submit", name, "--as", "ann")
        assert code == 2 and "--claim, --mechanism, --falsifier and --expect" in story
        code, _, story = await vibeserve("submit", name, *STATED, "--as", "ann")
        assert code == 1 and "holds what" in story
        (folder / "serve.py").write_text("SPEED = 40\nWRONG\n")
        (folder / ".aider.history").write_text("not part of it")
        code, _, story = await vibeserve("submit", name, *STATED, "--as", "bob")
        assert code == 1 and "claimed by ann" in story
        assert (await vibeserve("submit", name, *STATED, "--as", "ann"))[0] == 0

        repair = await waiting(vibeserve, kind="repair", state="open")
        assert (repair["refused"], repair["lease"]) == ("correctness: token 7 is wrong", None)
        assert "expected 11, got 12" in (folder / "BRIEF.md").read_text()
        (folder / "serve.py").write_text("SPEED = 40\n")
        assert (await vibeserve("submit", name, "--as", "bob"))[0] == 0, "a repair keeps its hypothesis, and anybody may take it"
        outcome = await ended(search)
        assert (await vibeserve("claim", name))[0] == 2, "nobody waits for it any more"
    assert outcome.champion == 1
    record = ledger.records(spec.name)[1]
    assert isinstance(record.verdict, Measured) and record.verdict.kind == "promoted"
    assert record.hypothesis.claim == STATED[1] and record.hypothesis.composition is None
    assert [gate.passed for gate in record.gates if gate.stage == "correctness"] == [False, True]
    files = ledger.files(record.source.tree)
    assert files["serve.py"] == "SPEED = 40\n" and not {"BRIEF.md", ".aider.history"} & files.keys()
    assert_sound(ledger)


async def test_a_lease_that_ran_out_leaves_the_work_open_again(
    client: Client, ledger: Ledger, home: Home, spec: Spec, vibeserve: Vibeserve
) -> None:
    async with staffed(client, ledger, home, spec.target):
        search = await begin(client, spec)
        name = (await waiting(vibeserve, state="open"))["item"]
        assert (await vibeserve("claim", name, "--as", "ann", "--minutes", "0.02"))[0] == 0
        await waiting(vibeserve, state="open", lease=None)
        assert (await vibeserve("claim", name, "--as", "bob"))[0] == 0
        code, _, story = await vibeserve("abandon", name, "--reason", "it cannot be done", "--as", "ann")
        assert code == 1 and "claimed by bob" in story
        assert (await vibeserve("abandon", name, "--reason", "it cannot be done", "--as", "bob"))[0] == 0
        outcome = await ended(search)
    record = ledger.records(spec.name)[1]
    assert record.verdict == Rejected(stage="generate", reason="abandoned by bob: it cannot be done")
    assert (outcome.champion, record.hypothesis.claim) == (0, "its author claimed nothing")
    assert_sound(ledger)


async def test_what_was_claimed_is_handed_in_to_another_worker_and_from_a_folder_made_anew(
    client: Client, ledger: Ledger, home: Home, spec: Spec, vibeserve: Vibeserve, tmp_path: Path
) -> None:
    first = asyncio.create_task(keep(staffed(client, ledger, home, spec.target)))
    search = await begin(client, spec)
    item = await waiting(vibeserve, state="open")
    _, claimed, _ = await vibeserve("claim", item["item"], "--as", "ann")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    folder = Path(claimed["folder"])
    await asyncio.to_thread(folder.rename, tmp_path / "lost")
    async with staffed(client, ledger, home, spec.target):
        _, shown, _ = await vibeserve("show", item["item"])
        assert (shown["item"]["state"], shown["item"]["lease"]["by"]) == ("claimed", "ann")
        assert (folder / "serve.py").read_text() == (tmp_path / "lost" / "serve.py").read_text()
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "serve.py").write_text("SPEED = 40\n")
        assert (await vibeserve("submit", item["item"], "--dir", str(mine), *STATED, "--as", "ann"))[0] == 0
        outcome = await ended(search)
    assert outcome.champion == 1


async def test_work_that_nobody_takes_ends_with_the_search(
    client: Client, ledger: Ledger, home: Home, spec: Spec, vibeserve: Vibeserve
) -> None:
    async with staffed(client, ledger, home, spec.target):
        search = await begin(client, spec, wall_clock=spec.budget.wall_clock / 1800)
        outcome = await ended(search)
    assert outcome.champion == 0
    assert ledger.records(spec.name)[1].verdict == Rejected(
        stage="generate", reason="the search's time was over before anything was handed in"
    )


def writing(*lines: str) -> str:
    """A command that is run by a shell."""
    return "external:" + "; ".join(lines)


CLAIM = {"claim": STATED[1], "mechanism": STATED[3], "falsifier": STATED[5], "expected_ratio": 2}
SAY = f"echo '{json.dumps(CLAIM)}' > HYPOTHESIS.json"


async def test_a_command_writes_forgets_its_claim_and_repairs(client: Client, ledger: Ledger, home: Home, spec: Spec) -> None:
    await obtain_checkpoint("tiny", family="llama", models=home.models)
    command = writing(
        "set -e",
        "test -f /model/config.json",
        'case "$(grep -c "HYPOTHESIS.json is missing" $VIBESERVE_BRIEF)$(grep -c "token 7 is wrong" $VIBESERVE_BRIEF)" in '
        f"00) echo 'WRONG = SPEED = 40' > serve.py ;; 10) {SAY} ;; 01) echo 'SPEED = 40' > serve.py ;; esac",
    )
    async with staffed(client, ledger, home, spec.target):
        outcome = await ended(await begin(client, spec, command))
    record = ledger.records(spec.name)[1]
    assert outcome.champion == 1, record.verdict
    assert record.hypothesis.claim == "batching doubles the speed"
    assert ledger.files(record.source.tree)["serve.py"] == "SPEED = 40\n"
    assert ledger.files(record.source.tree).keys() == ledger.files(ledger.records(spec.name)[0].source.tree).keys()
    assert_sound(ledger)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["echo $KEY", "exit 3"], "the command exited with code 3"),
        (["true", SAY], "the command changed nothing that could be tested"),
    ],
)
async def test_a_command_that_fails_ends_its_candidate_with_the_reason(
    client: Client, ledger: Ledger, home: Home, spec: Spec, lines: Sequence[str], reason: str
) -> None:
    await obtain_checkpoint("tiny", family="llama", models=home.models)
    async with staffed(client, ledger, home, spec.target):
        await ended(await begin(client, spec, writing(*lines)))
    verdict = ledger.records(spec.name)[1].verdict
    assert isinstance(verdict, Rejected) and verdict.stage == "generate"
    assert reason in verdict.reason
    assert "s3cret" not in verdict.evidence


async def test_a_stop_ends_a_command_with_all_its_processes(client: Client, ledger: Ledger, home: Home, spec: Spec) -> None:
    await obtain_checkpoint("tiny", family="llama", models=home.models)
    mark = f"98765{spec.target[1:6].translate(str.maketrans('abcdef', '123456'))}"
    async with staffed(client, ledger, home, spec.target):
        search = await begin(client, spec, writing(f"setsid sleep {mark} & echo begun", f"sleep {mark}"))
        async with asyncio.timeout(LIMIT_SECONDS):
            while (await heartbeats(client, spec.name, (await survey(client, spec.name)).runners)).get(1) != "begun":
                pass
        assert sleepers(mark)
        await search.execute_update(SearchWorkflow.stop, "enough seen")
        assert (await ended(search)).reason == "enough seen"
    assert not sleepers(mark)


async def test_a_stop_ends_work_that_is_open(client: Client, ledger: Ledger, home: Home, spec: Spec, vibeserve: Vibeserve) -> None:
    async with staffed(client, ledger, home, spec.target):
        search = await begin(client, spec)
        await waiting(vibeserve, state="open", search=spec.name)
        await search.execute_update(SearchWorkflow.stop, "enough seen")
        assert (await ended(search)).champion == 0
        assert (await vibeserve("list"))[1] == []


def sleepers(mark: str) -> list[str]:
    """Living processes that sleep for so many seconds."""
    found: list[str] = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and (process / "cmdline").read_bytes().split(b"\0")[:2] == [b"sleep", mark.encode()]:
                found.append(process.name)
    return found
