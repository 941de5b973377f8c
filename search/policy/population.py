"""The finished candidates as a population: what each reached against the starter, on which island it lives, and who is not dominated."""

import math
from collections.abc import Callable, Sequence
from statistics import median

from search import lineage
from search.composition import Composition
from search.measurement import Arm, Pair
from search.record import Record
from search.value import Value

ISLANDS = 3
"""Separate lines of descent; a candidate lives on the island of its number, the starter on all of them."""


class Objectives(Value):
    """Log-ratios against the starter, each positive where it is better."""

    throughput: float = 0.0
    tail: float = 0.0
    """Of the 99th percentile of latency."""
    memory: float = 0.0
    """Of the peak memory."""

    def plus(self, other: "Objectives") -> "Objectives":
        """One step after the other."""
        return Objectives(throughput=self.throughput + other.throughput, tail=self.tail + other.tail, memory=self.memory + other.memory)

    def dominates(self, other: "Objectives") -> bool:
        """Nowhere worse and somewhere better."""
        mine, others = (self.throughput, self.tail, self.memory), (other.throughput, other.tail, other.memory)
        return mine != others and all(one >= two for one, two in zip(mine, others, strict=True))


class Individual(Value):
    """A measured candidate that is composed of recipes."""

    number: int
    composition: Composition
    objectives: Objectives

    def lives_on(self, island: int) -> bool:
        """Whether that island may breed from it."""
        return self.number == lineage.ROOT or self.number % ISLANDS == island


def population(records: Sequence[Record]) -> tuple[Individual, ...]:
    """Everyone with figures, in the order of the records; the champion with which each was compared leads back to the starter."""
    found: list[Individual] = []
    reigning = Objectives()
    for record in records:
        made, gained = lineage.composition(record), _gained(record)
        if gained is None:
            continue
        reached = reigning.plus(gained)
        if made is not None:
            found.append(Individual(number=record.number, composition=made, objectives=reached))
        if lineage.is_crowned(record):
            reigning = reached
    return tuple(found)


def frontier(members: Sequence[Individual]) -> tuple[Individual, ...]:
    """Those whom nobody dominates, the greatest throughput first; of equals the older."""
    kept = [one for one in members if not any(other.objectives.dominates(one.objectives) for other in members)]
    return tuple(sorted(kept, key=lambda one: (-one.objectives.throughput, one.number)))


def _gained(record: Record) -> Objectives | None:
    """Over the champion of its time; None without a measurement."""
    if record.number == lineage.ROOT:
        return Objectives()
    gain = lineage.log_gain(record)
    if gain is None:
        return None
    return Objectives(throughput=gain, tail=_saved(record.pairs, _tail), memory=_saved(record.pairs, _memory))


def _saved(pairs: Sequence[Pair], figure: Callable[[Arm], float]) -> float:
    """Median over the valid pairs of log(champion / candidate); 0 where nothing was measured."""
    both = [(figure(pair.champion), figure(pair.candidate)) for pair in pairs if pair.void is None]
    logs = [math.log(champion / candidate) for champion, candidate in both if champion > 0 and candidate > 0]
    return median(logs) if logs else 0.0


def _tail(arm: Arm) -> float:
    return arm.latency_p99


def _memory(arm: Arm) -> float:
    return float(arm.peak_memory_bytes)
