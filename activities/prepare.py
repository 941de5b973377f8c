"""Make a machine ready for a search: its model, its reference with a calibrated margin, its peaks."""

from temporalio import activity

from activities.evaluation.digest import evaluator_digest
from activities.heartbeat import Say, beating
from activities.task import Foundation, Setting
from activities.workshop import Workshop
from targets.peaks import read_peaks, write_peaks


class Preparer:
    """Everything that it makes is kept in the home, so that a second time is quick."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="prepare")
    async def prepare(self, setting: Setting) -> Foundation:
        """What the search stands on."""
        async with beating("making the machine ready") as say, self._workshop.ground(setting, say) as ground:
            await self._probe(setting, say)
            return Foundation(
                evaluator=evaluator_digest(ground.scenario),
                device=ground.target.fingerprint().device_class,
                model_digest=ground.checkpoint.digest,
                margin=ground.calibration.margin,
            )

    async def _probe(self, setting: Setting, say: Say) -> None:
        """Measure the peaks unless they are known for this very device."""
        target, path = self._workshop.target, self._workshop.home.probe
        known = read_peaks(path)
        if known and known.device_class == target.fingerprint().device_class:
            return
        async with target.lease(holder=f"search {setting.search}", waiting=say):
            say("measuring the peaks of the machine")
            write_peaks(path, await target.probe())
