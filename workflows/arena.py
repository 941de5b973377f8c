"""Where two systems meet: measures valid pairs one after the other, and gives up on a machine that spoils too many."""

from typing import Literal

from temporalio import workflow

from activities.task import PairTask, Setting
from search.measurement import Load, Pair, is_too_noisy, log_ratios
from search.source import Source
from search.verdict import Rejected
from workflows import steps


class Arena:
    """The pairs of one champion and one candidate, in the order in which they were measured."""

    def __init__(self, setting: Setting, *, number: int, champion: Source, candidate: Source) -> None:
        """No pair is measured yet."""
        self._setting = setting
        self._number = number
        self._champion = champion
        self._candidate = candidate
        self.pairs: list[Pair] = []
        self.seeds: list[int] = []

    async def bring(self, load: Load, *, number: int) -> Pair | Rejected:
        """One pair, valid or void; a value when the candidate itself failed in it. Its seed and order are drawn here, so that neither was
        known when the candidate was written."""
        chance = workflow.random()
        first: Literal["champion", "candidate"] = "champion" if chance.random() < 0.5 else "candidate"
        seed = chance.getrandbits(48)
        self.seeds.append(seed)
        return await steps.measure_pair(
            PairTask(
                setting=self._setting,
                candidate_number=self._number,
                champion=self._champion,
                candidate=self._candidate,
                pair=number,
                seed=seed,
                first=first,
                load=load,
            )
        )

    async def measure_valid(self, pairs: int) -> None:
        """Pairs until so many are valid; fewer when the machine spoils too many or one side fails."""
        while len(log_ratios(self.pairs)) < pairs and not is_too_noisy(self.pairs):
            outcome = await self.bring("announced", number=len(self.pairs) + 1)
            if isinstance(outcome, Rejected):
                return
            self.pairs.append(outcome)
