"""Put a candidate through the conformance gate: it starts, serves the whole API, refuses bad input, stops when asked."""

from temporalio import activity

from activities.evaluation.conformance import check_conformance
from activities.evaluation.gate import Passed
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from activities.gate import run_gate
from activities.task import CheckTask, GateReport
from activities.workshop import Workshop
from search.verdict import Rejected


class ConformanceGate:
    """The second gate."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="conformance")
    async def check(self, task: CheckTask) -> GateReport:
        """Passes when every check of the scenario's API does."""

        async def check(ground: Ground, launch: Launch) -> Passed | Rejected:
            return await check_conformance(ground, launch, seed=task.seed)

        return await run_gate(self._workshop, task.setting, task.source, stage="conformance", seed=task.seed, check=check)
