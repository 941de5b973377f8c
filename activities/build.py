"""Check a candidate out of the ledger and run its `build.py`, once per tree."""

from temporalio import activity

from activities.evaluation.gate import Passed
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from activities.gate import run_gate
from activities.task import CheckTask, GateReport
from activities.workshop import Workshop


class Builder:
    """The first gate."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="build")
    async def build(self, task: CheckTask) -> GateReport:
        """Passes when there is nothing to build or the build succeeds."""
        return await run_gate(self._workshop, task.setting, task.source, stage="build", check=_built)


async def _built(ground: Ground, launch: Launch) -> Passed:
    """`run_gate` has built it already."""
    return Passed(summary="nothing to build" if launch.build is None else "built")
