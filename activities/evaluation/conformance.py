"""The gate `conformance`: one server start, every property of the contract, and a clean stop."""

import time
from collections.abc import AsyncIterator

from activities.evaluation.client import connected
from activities.evaluation.contract import answering, refusing, sampling, sharing
from activities.evaluation.contract.check import Check
from activities.evaluation.contract.probe import Probe, Violation
from activities.evaluation.gate import Passed, ending, rejected, server_failed
from activities.evaluation.ground import Ground
from activities.evaluation.server import STOP_SECONDS, Launch, Server, ServerFailed, serving
from search.value import Value
from search.verdict import Rejected

STAGE = "conformance"
CHECKS: tuple[Check, ...] = (*answering.CHECKS, *sampling.CHECKS, *refusing.CHECKS, *sharing.CHECKS)
_ENOUGH = 5
_SLOW_SHARE = 0.9


class Failure(Value):
    """One property that the server lacks."""

    title: str
    reason: str
    evidence: str


async def check_conformance(ground: Ground, launch: Launch, *, seed: int) -> Passed | Rejected:
    """Every property is asked for with prompts that follow from the seed; five failures are enough to stop asking, or one that
    took as long as a request may take."""
    async with ground.leased() as lease:
        try:
            async with serving(launch, runs=ground.home.runs, lease=lease) as server:
                failures = [failure async for failure in _examine(ground, server, seed)]
                log = server.log_tail()
        except ServerFailed as failed:
            return server_failed(STAGE, failed)
    return _conclude(failures, log)


async def _examine(ground: Ground, server: Server, seed: int) -> AsyncIterator[Failure]:
    """The failures one by one, the stop last."""
    found = 0
    async with connected(server.socket) as session:
        probe = Probe(ground, session, seed=seed)
        for number, one in enumerate(CHECKS, start=1):
            ground.say(f"conformance {number} of {len(CHECKS)}: {one.title}")
            began = time.monotonic()
            failure = await _show(one, probe, server)
            if failure:
                yield failure
                found += 1
                slow = time.monotonic() - began > _SLOW_SHARE * ground.scale.request_limit_seconds
                if found == _ENOUGH or slow or server.gone():
                    return
    if not await server.stop():
        yield Failure(
            title="SIGTERM stops it", reason=f"it did not stop within {STOP_SECONDS:g} s of SIGTERM with exit code 0", evidence=""
        )


async def _show(one: Check, probe: Probe, server: Server) -> Failure | None:
    try:
        await one.show(probe)
    except Violation as violation:
        gone = await ending(server)
        reason = f"the server {gone}" if gone else violation.reason
        return Failure(title=one.title, reason=reason, evidence=violation.evidence)
    gone = server.gone()
    return Failure(title=one.title, reason=f"the server {gone}", evidence="") if gone else None


def _conclude(failures: list[Failure], log: str) -> Passed | Rejected:
    if not failures:
        return Passed(summary=f"all {len(CHECKS) + 1} properties of the contract hold")
    others = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    told = "\n".join(f"{failure.title}: {failure.reason}\n{failure.evidence}" for failure in failures)
    return rejected(STAGE, f"{failures[0].title}: {failures[0].reason}{others}", f"{told}\nlog: {log}")
