"""Measure a candidate beside the champion: the pairs of a duel."""

from temporalio import activity

from activities.evaluation.ground import Ground
from activities.evaluation.pair import measure_pair
from activities.evaluation.server import Launch
from activities.heartbeat import beating
from activities.task import PairTask
from activities.workshop import Workshop
from search.measurement import Pair
from search.verdict import Rejected


class ChampionBroken(RuntimeError):
    """A champion that was built before cannot be built now: the machine is at fault."""


class Measurer:
    """One pair of a duel."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="measure_pair")
    async def measure_pair(self, task: PairTask) -> Pair | Rejected:
        """Both arms with the same requests, in the order that the task gives."""
        async with beating(f"pair {task.pair}") as say, self._workshop.ground(task.setting, say) as ground:
            launches = await _launches(self._workshop, ground, task)
            if isinstance(launches, Rejected):
                return launches
            return await measure_pair(ground, *launches, number=task.pair, seed=task.seed, first=task.first, load=task.load)


async def _launches(workshop: Workshop, ground: Ground, task: PairTask) -> tuple[Launch, Launch] | Rejected:
    """Champion and candidate, checked out and built."""
    champion = await workshop.launch(ground, task.champion)
    if isinstance(champion, Rejected):
        raise ChampionBroken(f"the champion {task.champion.commit[:12]} cannot be built on this machine: {champion.reason}")
    candidate = await workshop.launch(ground, task.candidate)
    return candidate if isinstance(candidate, Rejected) else (champion, candidate)
