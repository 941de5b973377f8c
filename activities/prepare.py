"""Make a machine ready for a search: its model, its reference with a calibrated margin, its peaks."""

from temporalio import activity

from activities.evaluation.digest import evaluator_digest
from activities.heartbeat import beating
from activities.task import Foundation, Setting
from activities.workshop import Workshop


class Preparer:
    """Everything that it makes is kept in the home, so that a second time is quick."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="prepare")
    async def prepare(self, setting: Setting) -> Foundation:
        """What the search stands on."""
        async with beating("making the machine ready") as say, self._workshop.ground(setting, say) as ground:
            return Foundation(
                evaluator=evaluator_digest(ground.scenario),
                device=ground.target.fingerprint().device_class,
                model_digest=ground.checkpoint.digest,
                margin=ground.calibration.margin,
                calibration=ground.calibration.identity,
            )
