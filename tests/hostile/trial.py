"""Puts one candidate of the suite through the gates, and where needed through a duel against the honest engine."""

import time
from dataclasses import replace
from pathlib import Path

from activities.evaluation.ground import Ground
from activities.evaluation.verdicts import Evaluation, evaluate_candidate
from scenarios.registry import find_scenario
from search.value import Value
from tests.hostile.assembly import assemble_candidate
from tests.hostile.expectation import Expectation, reason_of

MIB = 1 << 20
CHAMPION = "resubmitted"
"""The honest engine, as it is."""
LIMITS = {"start_limit_seconds": 30.0, "request_limit_seconds": 10.0, "memory_bytes": 700 * MIB}
"""A small server keeps them easily, so hogs and hangs are found soon."""


class Row(Value):
    """How one candidate ended."""

    trick: str
    code: str
    name: str
    expected: str
    outcome: str
    reason: str
    seconds: float
    held: bool
    """Whether it ended as it should."""


async def try_candidate(ground: Ground, expectation: Expectation, *, into: Path, seed: int) -> Row:
    """The candidate is put together below `into`."""
    began = time.monotonic()
    evaluation = await evaluate(ground, expectation, into=into, seed=seed)
    stage = f": {evaluation.stage}" if evaluation.stage else ""
    ratio = f" {evaluation.ratio:.2f}x" if evaluation.ratio is not None else ""
    return Row(
        trick=expectation.trick,
        code=expectation.code,
        name=expectation.name,
        expected=expectation.expected(),
        outcome=f"{evaluation.verdict}{stage}{ratio}",
        reason=reason_of(evaluation),
        seconds=round(time.monotonic() - began, 1),
        held=expectation.met(evaluation),
    )


async def evaluate(ground: Ground, expectation: Expectation, *, into: Path, seed: int) -> Evaluation:
    """With limits that end hogs soon. All scenarios are tried on the one model of the ground, also those whose own family is another."""
    limits = dict(LIMITS)
    if expectation.start_limit_seconds is not None:
        limits["start_limit_seconds"] = expectation.start_limit_seconds
    scenario = find_scenario(expectation.scenario)
    strict = replace(ground, scenario=scenario, scale=scenario.scale(ground.checkpoint.preset).model_copy(update=limits))
    candidate = assemble_candidate(expectation.name, starter=scenario.starter, into=into / "candidate")
    champion = assemble_candidate(CHAMPION, starter=scenario.starter, into=into / "champion") if expectation.duel else None
    return await evaluate_candidate(strict, candidate, against=champion, seed=seed)
