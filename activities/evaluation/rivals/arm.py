"""One arm of a rival: a fresh server under the same load as a candidate, its figures, and how far a sample of its answers agrees."""

import re
from collections.abc import Sequence
from random import SystemRandom

from activities.evaluation.answers import Answered
from activities.evaluation.arm import as_arm
from activities.evaluation.figures import figures, tokens_inside
from activities.evaluation.ground import Ground
from activities.evaluation.loading import Loaded, drive
from activities.evaluation.rivals.agreement import Agreement, agreement
from activities.evaluation.rivals.preparation import Prepared
from activities.evaluation.rivals.serving import Running, running
from activities.evaluation.server import ServerFailed
from activities.evaluation.traces import LoadPlan, Trace
from search.measurement import Arm
from search.value import Value
from targets.lease import Lease

_SAMPLE = 4
_LINE = 300
_ERROR = re.compile(r"\b\w*(Error|Exception)\b: ")


class RivalArm(Value):
    """What one arm of a rival showed."""

    arm: Arm
    agreement: Agreement


class RivalFailed(Exception):
    """The rival did not serve the load; told in one line."""


async def measure_rival(ground: Ground, prepared: Prepared, *, seed: int, window_seconds: float, lease: Lease) -> RivalArm:
    """Starts the rival, loads it, ends it, and has the reference look at a sample. Raises `RivalFailed`."""
    try:
        async with running(prepared, lease=lease) as rival:
            plan = LoadPlan(
                socket=rival.url,
                dialect=prepared.dialect,
                scenario=ground.scenario.name,
                scale=ground.scale,
                seed=seed,
                window_seconds=window_seconds,
                own=rival.trees,
            )
            loaded = await drive(plan, say=ground.say)
            peak = rival.peak_memory_bytes()
            await _refuse_failures(loaded.traces, rival)
    except ServerFailed as failed:
        raise RivalFailed(" ".join((f"it {failed.reason}.", *_errors(failed.log)))) from None
    shown = figures(loaded.traces, loaded.window, ground.scale.limits)
    arm = as_arm(shown, loaded.window, start_seconds=rival.start_seconds, peak_memory_bytes=peak)
    found = await agreement(ground, _sample(loaded), prepared.entrant.rival.asking)
    return RivalArm(arm=arm.model_copy(update={"verified_tokens": found.tokens if found.verified else 0}), agreement=found)


async def _refuse_failures(traces: Sequence[Trace], rival: Running) -> None:
    failed = [trace.exchange.fault for trace in traces if trace.exchange.fault and not trace.abandoned]
    if not failed:
        return
    if ending := await rival.gone():
        raise RivalFailed(f"it {ending} under load")
    raise RivalFailed(" ".join((f"{len(failed)} of {len(traces)} requests failed: {failed[0]}.", *_errors(rival.log_tail()))))


def _sample(loaded: Loaded) -> list[Answered]:
    """Of the answers that counted; drawn when all is over, as a candidate's."""
    counted = [trace for trace in loaded.traces if tokens_inside(trace, loaded.window)]
    if not counted:
        raise RivalFailed("no output token arrived inside the window")
    return [Answered(trace.request, trace.exchange) for trace in SystemRandom().sample(counted, min(_SAMPLE, len(counted)))]


def _errors(log: str) -> list[str]:
    """The last line of the log that names an error."""
    lines = [line.strip() for line in log.splitlines() if _ERROR.search(line)]
    return [f"Its log says: {lines[-1][-_LINE:]}"] if lines else []
