"""Runs one gate on one candidate and reports it: the frame that build, conformance and correctness share."""

import time
from collections.abc import Awaitable, Callable

from activities.evaluation.gate import Passed
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from activities.heartbeat import beating
from activities.task import GateReport, Setting
from activities.workshop import Workshop
from search.record import Gate
from search.source import Source
from search.verdict import Rejected

Check = Callable[[Ground, Launch], Awaitable[Passed | Rejected]]


async def run_gate(
    workshop: Workshop, setting: Setting, source: Source, *, stage: str, seed: int | None = None, check: Check
) -> GateReport:
    """The candidate is checked out and built first where that has not happened yet; a failed build refuses it too."""
    began = time.monotonic()
    async with beating(stage) as say, workshop.ground(setting, lambda words: say(f"{stage}: {words}")) as ground:
        launch = await workshop.launch(ground, source)
        outcome = launch if isinstance(launch, Rejected) else await check(ground, launch)
    return report(stage, outcome, time.monotonic() - began - ground.waited.seconds, seed=seed)


def report(stage: str, outcome: Passed | Rejected, seconds: float, *, seed: int | None) -> GateReport:
    """The outcome of a gate as the workflow keeps it."""
    match outcome:
        case Passed(summary=summary):
            return GateReport(gate=Gate(stage=stage, passed=True, seconds=seconds, summary=summary, seed=seed))
        case Rejected(reason=reason):
            return GateReport(gate=Gate(stage=stage, passed=False, seconds=seconds, summary=reason, seed=seed), rejected=outcome)
