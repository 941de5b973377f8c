"""A machine with a fault: the search says what is wrong, waits, and goes on where it was once that is mended."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.ledger.ledger import Ledger
from cli.temporal import heartbeats, survey
from search.spec import Spec
from tests.activities.ledger.samples import assert_sound
from tests.chaos.faults import FAULTS, Reachable, mounted
from tests.fakes.model_server import model_server
from tests.workflows.conftest import client, spec, target
from tests.workflows.models_bench import begin, modelled, staffed

__all__ = ["client", "spec", "target"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small one."""
    if not mounted(tmp_path / "disk"):
        pytest.skip("mounting a small disk needs root")
    yield tmp_path / "disk"
    subprocess.run(["umount", str(tmp_path / "disk")], check=True)


async def complaint(client: Client, search: str) -> str:
    """What a person who watches reads, as soon as a step waits."""
    while True:
        runners = (await survey(client, search)).runners
        for words in (await heartbeats(client, search, runners)).values():
            if " waits: " in words:
                return words
        await asyncio.sleep(0.05)


@pytest.mark.chaos
@pytest.mark.parametrize("name", FAULTS)
async def test_a_search_says_what_is_wrong_and_goes_on_when_it_is_mended(client: Client, spec: Spec, disk: Path, name: str) -> None:
    hold = asyncio.Event()
    models, ledger, asked = Reachable(hold=hold), Ledger.open(disk / "ledger.git"), modelled(spec, candidates=1)
    fault = FAULTS[name](disk, ledger, models)
    async with model_server(models) as server, staffed(client, ledger, spec.target, server.url), asyncio.timeout(60):
        search = await begin(client, asked)
        await models.reached.wait()
        fault.inflict()
        hold.set()
        assert fault.words in await complaint(client, spec.name)
        fault.mend()
        outcome = await search.result()
    assert outcome.champion == 1
    assert [record.number for record in ledger.records(spec.name)] == [0, 1]
    assert_sound(ledger)
    assert not ledger.audit(spec.name, evaluator="e" * 64).findings
