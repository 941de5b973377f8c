"""Make a machine ready for a search: its model, its reference with a calibrated margin, its peaks."""

from temporalio import activity

from activities.evaluation.digest import evaluator_digest
from activities.heartbeat import beating
from activities.task import Foundation, Setting
from activities.workshop import Workshop
from scenarios.registry import SCENARIOS


class Preparer:
    """Everything that it makes is kept in the home, so that a second time is quick."""

    def __init__(self, workshop: Workshop) -> None:
        """The digests are taken when the worker starts: it is that code which judges, whatever is written to the disk later."""
        self._workshop = workshop
        self._evaluators = {name: evaluator_digest(scenario) for name, scenario in SCENARIOS.items()}

    @activity.defn(name="prepare")
    async def prepare(self, setting: Setting) -> Foundation:
        """What the search stands on."""
        async with beating("making the machine ready") as say, self._workshop.ground(setting, say) as ground:
            return Foundation(
                evaluator=self._evaluators[ground.scenario.name],
                device=ground.target.fingerprint().device_class,
                model_digest=ground.checkpoint.digest,
                margin=ground.calibration.margin,
                calibration=ground.calibration.identity,
            )
