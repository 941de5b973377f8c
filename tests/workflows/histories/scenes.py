"""The searches whose histories are stored: with models, with verdicts that are judged again, with outside authors, with a baseline."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.exceptions import TemporalError

from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.task import PairTask
from activities.work_task import Handing
from search.hypothesis import Hypothesis
from search.spec import Budget, Spec
from search.verdict import Rejected
from tests.chaos.script import TARGET, scripted_spec, speak
from tests.fakes.model_server import model_server
from tests.workflows import models_bench, work_bench
from tests.workflows.conftest import scripted_search
from tests.workflows.judging import Judging
from tests.workflows.session_bench import HYPOTHESIS
from workflows.identity import work_id
from workflows.work import WorkWorkflow

Scene = Callable[[Client, str, Path], Awaitable[object]]


async def models(client: Client, name: str, folder: Path) -> None:
    """Planner, implementer, judge and analyst; repairs, a rejection, promotions, a test that joins the gate, several runs."""
    ledger = Ledger.open(folder / "ledger.git")
    async with model_server(speak) as server, models_bench.staffed(client, ledger, TARGET, server.url):
        await (await models_bench.begin(client, scripted_spec(name))).result()


async def rescored(client: Client, name: str, folder: Path) -> None:
    """The evaluator changes at the third candidate, and the frontier duels again."""
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 5.0}, refused={3: Rejected(stage="build", reason="it does not build")})

    def void(task: PairTask) -> None:
        if task.candidate_number == 2 and script.evaluator[0] == "e":
            script.evaluator = "f" * 64

    script.void = void
    await _scripted(client, script, recipes_spec(name))


async def baselined(client: Client, name: str, folder: Path) -> None:
    """Three candidates beside each other, and a baseline that follows."""
    script = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 5.0})
    await _scripted(client, script, recipes_spec(name).model_copy(update={"parallel": 3, "baseline": "random", "policy": "evolve"}))


async def outside(client: Client, name: str, folder: Path) -> None:
    """A tree is handed in and refused, mended and promoted."""
    home = Home(root=folder)
    ledger = Ledger.open(home.ledger)
    spec = recipes_spec(name)
    async with work_bench.staffed(client, ledger, home, spec.target):
        search = await work_bench.begin(client, spec)
        await _hand_in(client, ledger, name, "SPEED = 40\nWRONG\n", HYPOTHESIS)
        await _hand_in(client, ledger, name, "SPEED = 40\n", None)
        await search.result()


SCENES: Mapping[str, Scene] = {"models": models, "rescored": rescored, "baselined": baselined, "outside": outside}


def recipes_spec(name: str) -> Spec:
    """A small search by the offline agent."""
    budget = Budget(candidates=3, wall_clock=timedelta(hours=1))
    return scripted_spec(name).model_copy(update={"agent": "recipes", "policy": "random", "budget": budget})


async def _scripted(client: Client, script: Judging, spec: Spec) -> None:
    async with scripted_search(client, script, spec) as search:
        await search.result()


async def _hand_in(client: Client, ledger: Ledger, search: str, text: str, hypothesis: Hypothesis | None) -> None:
    """As soon as the work is open."""
    handle = client.get_workflow_handle_for(WorkWorkflow.run, work_id(search, 1))
    tree = await asyncio.to_thread(ledger.keep_files, {"serve.py": text})
    while True:
        try:
            await handle.execute_update(WorkWorkflow.submit, Handing(by="ann", tree=tree, hypothesis=hypothesis))
            return
        except TemporalError:
            await asyncio.sleep(0.05)  # not laid out yet
