"""Put candidates through tests that joined the gate, and try a test that wants to."""

import time

from temporalio import activity

from activities.evaluation.gate import Passed
from activities.evaluation.gate_test import STAGE, Trial, check_tests, try_test
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from activities.gate import run_gate
from activities.heartbeat import beating
from activities.ledger.ledger import Ledger
from activities.review_task import ExamTask, TrialTask
from activities.task import GateReport
from activities.workshop import Workshop
from search.source import Source
from search.verdict import Rejected


class StarterBroken(RuntimeError):
    """A starter that was built before cannot be built now: the machine is at fault."""


class Examiner:
    """Programs of accepted tests come from the journal."""

    def __init__(self, workshop: Workshop, ledger: Ledger) -> None:
        """The workshop of this worker and the ledger of this home."""
        self._workshop = workshop
        self._ledger = ledger

    @activity.defn(name="examine")
    async def examine(self, task: ExamTask) -> GateReport:
        """The gate `tests`."""
        known = {test.name: test for test in self._ledger.tests(task.setting.search)}
        tests = [known[name] for name in task.tests]

        async def check(ground: Ground, launch: Launch) -> Passed | Rejected:
            starter = await self._starter(ground, task.starter)
            return await check_tests(ground, launch, tests=tests, starter=starter, seed=task.seed)

        return await run_gate(self._workshop, task.setting, task.source, stage=STAGE, seed=task.seed, check=check)

    @activity.defn(name="try_test")
    async def try_test(self, task: TrialTask) -> Trial:
        """Whether the test fails on the accused and passes on the starter with every seed."""
        async with beating(f"trying the test {task.test.name}") as say, self._workshop.ground(task.setting, say) as ground:
            accused = await self._workshop.launch(ground, task.accused)
            if isinstance(accused, Rejected):
                return Trial(accepted=False, reason=f"candidate {task.test.accused} cannot be built: {accused.reason}")
            starter = await self._starter(ground, task.starter)
            began = time.monotonic() - ground.waited.seconds
            trial = await try_test(ground, task.test, accused=accused, starter=starter, seeds=task.seeds)
            return trial.model_copy(update={"seconds": time.monotonic() - began - ground.waited.seconds})

    async def _starter(self, ground: Ground, source: Source) -> Launch:
        launch = await self._workshop.launch(ground, source)
        if isinstance(launch, Rejected):
            raise StarterBroken(f"the starter {source.commit[:12]} cannot be built on this machine: {launch.reason}")
        return launch
