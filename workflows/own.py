"""Steps that belong to the search itself and to no candidate: preparing, the noise of the machine, reviews, the last measurement."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow

from activities.task import Setting
from search.measurement import Noise, log_ratios, voids
from search.source import Source
from search.statistics import interval, noise_floor
from workflows.arena import Arena
from workflows.progress import Runner

LEVEL = 0.95
NOISE_PAIRS = 2


@dataclass(frozen=True)
class OwnStep:
    """What is done and since when; `arena` where it measures."""

    number: int
    stage: str
    claim: str
    since: datetime
    arena: Arena | None = None
    planned: int = 0

    def runner(self) -> Runner:
        """For those who watch."""
        ratios = tuple(log_ratios(self.arena.pairs)) if self.arena else ()
        return Runner(
            number=self.number,
            claim=self.claim,
            stage=self.stage,
            since=self.since,
            log_ratios=ratios,
            pairs_planned=self.planned,
            interval=interval(ratios, LEVEL) if len(ratios) > 1 else None,
            voids=voids(self.arena.pairs) if self.arena else (),
        )


class Own:
    """The one that runs now, shown to those who watch."""

    def __init__(self) -> None:
        """None runs."""
        self._step: OwnStep | None = None

    def begin(self, number: int, stage: str, claim: str) -> None:
        """Show it."""
        self._step = OwnStep(number, stage, claim, workflow.now())

    def end(self) -> None:
        """Show none."""
        self._step = None

    def runners(self) -> tuple[Runner, ...]:
        """For the progress of the search."""
        return (self._step.runner(),) if self._step else ()

    async def measure(self, arena: Arena, pairs: int, *, stage: str, claim: str, number: int) -> None:
        """Valid pairs that belong to no candidate's duel."""
        self._step = OwnStep(number, stage, claim, workflow.now(), arena=arena, planned=pairs)
        await arena.measure_valid(pairs)
        self._step = None

    async def noise(self, setting: Setting, starter: Source) -> Noise:
        """Of pairs of the starter with itself."""
        arena = Arena(setting, number=0, champion=starter, candidate=starter)
        await self.measure(arena, NOISE_PAIRS, stage="noise", claim="the starter is as fast as itself", number=0)
        found = log_ratios(arena.pairs)
        return Noise(floor=noise_floor(found), log_ratios=tuple(found))
