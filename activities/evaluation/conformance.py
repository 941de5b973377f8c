"""The gate `conformance`: one server start, every property of the contract, and a clean stop."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence, Set
from itertools import chain

from activities.evaluation.client import connected
from activities.evaluation.contract import answering, hearing, predicting, refusing, sampling, schemas, sharing
from activities.evaluation.contract.check import Check
from activities.evaluation.contract.probe import Probe, Violation
from activities.evaluation.gate import Passed, ending, rejected, server_failed
from activities.evaluation.ground import Ground
from activities.evaluation.server import STOP_SECONDS, Launch, Server, ServerFailed, serving
from scenarios.scenario import Ability
from search.value import Value
from search.verdict import Rejected

STAGE = "conformance"
CHECKS: tuple[Check, ...] = (*answering.CHECKS, *sampling.CHECKS, *refusing.CHECKS, *sharing.CHECKS)
"""Of every scenario."""
ABLE: Mapping[Ability, tuple[Check, ...]] = {"json_schema": schemas.CHECKS, "prediction": predicting.CHECKS}
"""Of scenarios whose servers can do more."""
UNABLE: Mapping[Ability, tuple[Check, ...]] = {"json_schema": schemas.REFUSALS}
"""Of those whose servers cannot."""
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
                checks = hearing.CHECKS if ground.scenario.api == "speech" else properties(ground.scenario.abilities)
                failures = [failure async for failure in _examine(ground, server, seed, checks)]
                log = server.log_tail()
        except ServerFailed as failed:
            return server_failed(STAGE, failed)
    return _conclude(failures, log, properties=len(checks) + 1)


def properties(abilities: Set[Ability]) -> tuple[Check, ...]:
    """What servers with these abilities are held to."""
    more = [
        *(ABLE[each] for each in sorted(ABLE) if each in abilities),
        *(UNABLE[each] for each in sorted(UNABLE) if each not in abilities),
    ]
    return (*CHECKS, *chain.from_iterable(more))


async def _examine(ground: Ground, server: Server, seed: int, checks: Sequence[Check]) -> AsyncIterator[Failure]:
    """The failures one by one, the stop last."""
    found = 0
    async with connected(server.socket) as session:
        probe = Probe(ground, session, seed=seed)
        for number, one in enumerate(checks, start=1):
            ground.say(f"conformance {number} of {len(checks)}: {one.title}")
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


def _conclude(failures: list[Failure], log: str, *, properties: int) -> Passed | Rejected:
    if not failures:
        return Passed(summary=f"all {properties} properties of the contract hold")
    others = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    told = "\n".join(f"{failure.title}: {failure.reason}\n{failure.evidence}" for failure in failures)
    return rejected(STAGE, f"{failures[0].title}: {failures[0].reason}{others}", f"{told}\nlog: {log}")
