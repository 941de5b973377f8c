"""Profile a champion: where its time goes, for the policy and for people."""

from temporalio import activity

from activities.evaluation.profiling import profile_candidate
from activities.heartbeat import beating
from activities.task import CheckTask, ProfileReport
from activities.workshop import Workshop
from search.verdict import Rejected


class Profiler:
    """A profile guides and never judges: a candidate that cannot be profiled keeps its verdict."""

    def __init__(self, workshop: Workshop) -> None:
        """The workshop of this worker."""
        self._workshop = workshop

    @activity.defn(name="profile")
    async def profile(self, task: CheckTask) -> ProfileReport:
        """The profile under the scenario's load, or why there is none."""
        async with beating("profile") as say, self._workshop.ground(task.setting, say) as ground:
            launch = await self._workshop.launch(ground, task.source)
            outcome = launch if isinstance(launch, Rejected) else await profile_candidate(ground, launch, ground.roof.peaks)
        return ProfileReport(profile=None, reason=outcome.reason) if isinstance(outcome, Rejected) else ProfileReport(profile=outcome)
