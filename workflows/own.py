"""A step that belongs to the search itself and to no candidate: preparing, the noise of the machine, the last measurement."""

from dataclasses import dataclass
from datetime import datetime

from search.statistics import interval
from workflows.arena import Arena
from workflows.progress import Runner

LEVEL = 0.95


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
        ratios = tuple(self.arena.log_ratios()) if self.arena else ()
        return Runner(
            number=self.number,
            claim=self.claim,
            stage=self.stage,
            since=self.since,
            log_ratios=ratios,
            pairs_planned=self.planned,
            interval=interval(ratios, LEVEL) if len(ratios) > 1 else None,
        )
