"""Put a candidate through the correctness gate: hidden questions, answers verified by the reference."""

from temporalio import activity

from activities.evaluation.correctness import check_correctness
from activities.evaluation.gate import Passed
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from activities.gate import run_gate
from activities.task import CheckTask, GateReport
from activities.workshop import Workshop
from search.verdict import Rejected


class CorrectnessGate:
    """The third gate."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="correctness")
    async def check(self, task: CheckTask) -> GateReport:
        """Passes when every answer is right; the questions come from the task's seed."""

        async def check(ground: Ground, launch: Launch) -> Passed | Rejected:
            return await check_correctness(ground, launch, seed=task.seed)

        return await run_gate(self._workshop, task.setting, task.source, stage="correctness", seed=task.seed, check=check)
