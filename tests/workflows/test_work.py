"""Outside authors on a real Temporal server and a real ledger, through the command line: take work, hand it in, repair it, give it up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.app import run
from search.spec import Spec
from search.verb import Order, Stop
from search.verdict import Measured, Rejected
from tests.activities.ledger.samples import assert_sound
from tests.workflows.session_bench import keep
from tests.workflows.work_bench import LIMIT_SECONDS, STATED, begin, ended, staffed

Vibeserve = Callable[..., Awaitable[tuple[int, Any, str]]]


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


async def waiting(vibeserve: Vibeserve, **wanted: object) -> dict[str, Any]:
    """The first item that stands so."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while True:
            _, items, _ = await vibeserve("list")
            for item in items or ():
                if all(item[name] == value for name, value in wanted.items()):
                    return item


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
        code, _, story = await vibeserve("abandon", name, "--why", "it cannot be done", "--as", "ann")
        assert code == 1 and "claimed by bob" in story
        assert (await vibeserve("abandon", name, "--why", "it cannot be done", "--as", "bob"))[0] == 0
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


async def test_a_stop_ends_work_that_is_open(client: Client, ledger: Ledger, home: Home, spec: Spec, vibeserve: Vibeserve) -> None:
    async with staffed(client, ledger, home, spec.target):
        search = await begin(client, spec)
        await waiting(vibeserve, state="open", search=spec.name)
        await search.execute_update("act", Order(author="anna", why="enough seen", act=Stop()))
        assert (await ended(search)).champion == 0
        assert (await vibeserve("list"))[1] == []
