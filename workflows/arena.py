"""Where two systems meet: measures valid pairs one after the other, and gives up on a machine that spoils too many."""

from typing import Literal

from temporalio import workflow

from activities.task import PairTask, Setting
from search.measurement import Load, Pair, is_too_noisy
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

    def task(self, load: Load) -> PairTask:
        """The next pair, its seed and order drawn here so that neither was known when the candidate was written."""
        chance = workflow.random()
        first: Literal["champion", "candidate"] = "champion" if chance.random() < 0.5 else "candidate"
        seed = chance.getrandbits(48)
        self.seeds.append(seed)
        return PairTask(
            setting=self._setting,
            candidate_number=self._number,
            champion=self._champion,
            candidate=self._candidate,
            pair=len(self.pairs) + 1,
            seed=seed,
            first=first,
            load=load,
        )

    async def measure(self, load: Load = "announced") -> Rejected | None:
        """One more pair, valid or void; a value when the candidate itself failed in it."""
        outcome = await steps.measure_pair(self.task(load))
        if isinstance(outcome, Rejected):
            return outcome
        self.pairs.append(outcome)
        return None

    async def measure_valid(self, pairs: int) -> None:
        """Pairs until so many are valid; fewer when the machine spoils too many or one side fails."""
        while len(self.log_ratios()) < pairs and not self.too_noisy:
            if await self.measure():
                return

    @property
    def too_noisy(self) -> bool:
        """Whether the machine spoiled as many pairs as one duel may lose."""
        return is_too_noisy(self.pairs)

    def log_ratios(self) -> list[float]:
        """Of the pairs that count."""
        return [pair.log_ratio for pair in self.pairs if pair.void is None]
