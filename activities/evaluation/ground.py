"""All that the gates of one search stand on: scenario, checkpoint, reference with its margin, target, home."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from activities.evaluation.calibration import Calibration, calibrate
from activities.evaluation.referee import Reference
from activities.evaluation.roof import Roof, open_roof
from activities.evaluation.verification import Bounded, Lossless, Policy
from activities.home import Home
from models.checkpoint import Checkpoint, obtain_checkpoint
from models.tokens import Vocabulary
from scenarios.registry import find_scenario
from scenarios.scenario import Request, Scale, Scenario
from search.spec import Correctness
from targets.lease import Lease
from targets.registry import find_target
from targets.target import Target

Say = Callable[[str], None]


@dataclass
class Waited:
    """How long steps waited for the device, which is no work of theirs."""

    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One per search and process; the reference answers one gate at a time."""

    scenario: Scenario
    scale: Scale
    checkpoint: Checkpoint
    vocabulary: Vocabulary
    reference: Reference
    calibration: Calibration
    policy: Policy
    target: Target
    roof: Roof
    home: Home
    holder: str
    """Who others see as the holder of the device, for example `search nightly`."""
    say: Say
    """Hears what happens now, in a few words."""

    waited: Waited = field(default_factory=Waited)
    foretold: dict[str, tuple[Request, ...]] = field(default_factory=dict[str, tuple[Request, ...]])
    """Requests of the last load whose predictions were made."""

    @asynccontextmanager
    async def leased(self) -> AsyncGenerator[Lease]:
        """The device alone, for one gate or one pair."""
        began = time.monotonic()
        async with self.target.lease(holder=self.holder, waiting=self._wait) as lease:
            self.waited.seconds += time.monotonic() - began
            yield lease

    def _wait(self, held: str) -> None:
        self.say(f"waiting for the device, {held}")


@asynccontextmanager
async def opened_ground(
    scenario_name: str, *, target_name: str, model: str, correctness: Correctness, home: Home, holder: str, say: Say
) -> AsyncGenerator[Ground]:
    """Obtains the checkpoint, starts the reference and calibrates it. Raises `UnknownScenario`, `UnknownTarget`, `UnknownModel`,
    `BrokenCheckpoint`, `ReferenceFailed`."""
    scenario, target = find_scenario(scenario_name), find_target(target_name)
    say(f"obtaining the model {model}")
    checkpoint = await obtain_checkpoint(model, family=scenario.family, models=home.models)
    async with target.lease(holder=holder, waiting=say):
        say("measuring the peaks of the machine, unless they are known")
        roof = await open_roof(target, home.probe)
        say("starting the reference")
        reference = await Reference.start(checkpoint, threads=target.threads())
    try:
        calibration = await _calibrated(reference, checkpoint, target, home, holder=holder, say=say)
        yield Ground(
            scenario=scenario,
            scale=scenario.scale(checkpoint.preset),
            checkpoint=checkpoint,
            vocabulary=Vocabulary(checkpoint.folder),
            reference=reference,
            calibration=calibration,
            policy=_policy(correctness, calibration, scenario),
            target=target,
            roof=roof,
            home=home,
            holder=holder,
            say=say,
        )
    finally:
        await reference.close()


async def _calibrated(reference: Reference, checkpoint: Checkpoint, target: Target, home: Home, *, holder: str, say: Say) -> Calibration:
    async with target.lease(holder=holder, waiting=say):
        say("calibrating the reference")
        return await calibrate(reference, checkpoint, calibrations=home.calibrations)


def _policy(correctness: Correctness, calibration: Calibration, scenario: Scenario) -> Policy:
    match correctness:
        case "lossless":
            return Lossless(margin=calibration.margin)
        case "bounded":
            return Bounded(margin=calibration.margin, tolerance=scenario.tolerance)
