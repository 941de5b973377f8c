"""Commands that write candidates in whole searches: a claim that was forgotten, a repair, failures, a stop."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.temporal import heartbeats, survey
from models.checkpoint import obtain_checkpoint
from search.spec import Spec
from search.verb import Order, Stop
from search.verdict import Rejected
from tests.activities.ledger.samples import assert_sound
from tests.workflows.work_bench import LIMIT_SECONDS, STATED, begin, ended, staffed


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
        await search.execute_update("act", Order(author="anna", why="enough seen", act=Stop()))
        assert (await ended(search)).reason == "enough seen"
    assert not sleepers(mark)


def sleepers(mark: str) -> list[str]:
    """Living processes that sleep for so many seconds."""
    found: list[str] = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and (process / "cmdline").read_bytes().split(b"\0")[:2] == [b"sleep", mark.encode()]:
                found.append(process.name)
    return found
