"""Put a candidate through the conformance gate: it starts, serves the whole API, refuses bad input, stops when asked."""

from temporalio import activity

from activities.evaluation.conformance import check_conformance
from activities.gate import run_gate
from activities.task import CheckTask, GateReport
from activities.workshop import Workshop


class ConformanceGate:
    """The second gate."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="conformance")
    async def check(self, task: CheckTask) -> GateReport:
        """Passes when every check of the scenario's API does."""
        return await run_gate(self._workshop, task.setting, task.source, stage="conformance", check=check_conformance)
