"""One candidate on its way through a search: what is known of it so far, and its record once it has ended."""

from datetime import datetime

from activities.task import Foundation, GateReport
from search.budget import Allowance
from search.composition import Composition
from search.flight import Flight
from search.gate_test import GateTest
from search.hypothesis import Hypothesis
from search.lineage import crowns
from search.measurement import Arm, Pair
from search.profile import Profile
from search.record import Gate, Record
from search.source import Source
from search.spending import Spending, together
from search.standard import Standard
from search.value import Value
from search.verdict import Baseline, Measured, Rejected
from workflows.candidate import Checked
from workflows.duel import Duelled
from workflows.progress import Runner


class Interrupted(Value):
    """A candidate that was cut off, with what its gates had found by then."""

    flight: Flight
    checked: Checked | None = None
    standard: Standard | None = None
    tests: tuple[str, ...] = ()


class Pursuit:
    """Grows from a hypothesis to a verdict."""

    def __init__(self, flight: Flight, since: datetime) -> None:
        """Nothing is written yet."""
        self.flight = flight
        self.number = flight.number
        self.parent = flight.parent
        self.began = flight.began
        self.stage = "write"
        self.since = since
        self.settled = False
        """Whether its verdict is in the ledger."""
        self.checked: Checked | None = None
        self.standard: Standard | None = None
        """By which its gates were passed."""
        self.tests: tuple[str, ...] = ()
        """Of the gate, that it was put through."""
        self.against: int | None = None
        """The champion of its duel."""
        self.noise: float | None = None
        """Of the machine, when it duelled."""
        self.duelled: Duelled | None = None
        self.analyst: Allowance | None = None
        """What the analyst of its duel may spend; None while there is none."""

    @classmethod
    def again(cls, cut: Interrupted, since: datetime) -> "Pursuit":
        """One that was cut off; gates that it had passed are not repeated, a duel is."""
        pursuit = cls(cut.flight, since)
        pursuit.checked, pursuit.standard, pursuit.tests = cut.checked, cut.standard, cut.tests
        return pursuit

    def interrupted(self) -> Interrupted:
        """What is needed to begin it again."""
        return Interrupted(flight=self.flight, checked=self.checked, standard=self.standard, tests=self.tests)

    def enter(self, stage: str, now: datetime) -> None:
        """Name what runs now."""
        self.stage = stage
        self.since = now

    def passed_gates(self, checked: Checked, standard: Standard, tests: tuple[str, ...]) -> None:
        """Keep what its gates found; whatever it proved under another standard is void."""
        judged = {"gates": checked.gates, "seeds": checked.seeds, "rejected": checked.rejected, "findings": checked.findings}
        self.checked = self.checked.model_copy(update=judged) if self.checked else checked
        self.standard, self.tests = standard, (*tests, *(test.name for test in checked.findings))
        self.duelled, self.against = None, None

    def examined(self, report: GateReport, tests: tuple[str, ...]) -> None:
        """Keep what tests found that joined the gate after its own."""
        assert self.checked is not None and report.gate.seed is not None
        seeds = (*self.checked.seeds, report.gate.seed)
        update = {"gates": (*self.checked.gates, report.gate), "seeds": seeds, "rejected": report.rejected}
        self.checked = self.checked.model_copy(update=update)
        self.tests = (*self.tests, *tests)

    @property
    def findings(self) -> tuple[GateTest, ...]:
        """Tests that were found on it and accepted."""
        return self.checked.findings if self.checked else ()

    @property
    def hypothesis(self) -> Hypothesis:
        """What it tests: as planned, or as its author said."""
        said = self.checked.hypothesis if self.checked else None
        return said or self.flight.hypothesis

    @property
    def composition(self) -> Composition:
        """What recipes it is made of; empty for a starter or an agent's work."""
        return self.hypothesis.composition or Composition()

    @property
    def source(self) -> Source:
        """Its tree, once it is checked."""
        assert self.checked is not None
        return self.checked.source

    @property
    def rejected(self) -> bool:
        """Whether a gate refused it."""
        return self.checked is not None and self.checked.rejected is not None

    @property
    def measured(self) -> bool:
        """Whether it met a champion, and what ended it was measured."""
        return self.duelled is not None and not self.rejected

    @property
    def spending(self) -> tuple[Spending, ...]:
        """What its author and its judge cost."""
        return self.checked.spending if self.checked else ()

    @property
    def verdict(self) -> Rejected | Measured | Baseline:
        """How it ended; the starter, which has nobody to beat, becomes the baseline."""
        if self.checked and self.checked.rejected:
            return self.checked.rejected
        return self.duelled.verdict if self.duelled else Baseline()

    @property
    def crowned(self) -> bool:
        """Whether it becomes the champion."""
        return crowns(self.verdict)

    def runner(self) -> Runner:
        """For those who watch."""
        gates = self.checked.gates if self.checked else ()
        return Runner(number=self.number, claim=self.hypothesis.claim, stage=self.stage, since=self.since, gates=gates)

    def record(self, foundation: Foundation, profile: Profile | None, now: datetime) -> Record:
        """What the ledger keeps of it."""
        assert self.checked is not None
        gates = self.checked.gates
        pairs = self.duelled.pairs if self.duelled else ()
        return Record(
            number=self.number,
            parent=self.parent,
            source=self.checked.source,
            hypothesis=self.hypothesis,
            verdict=self.verdict,
            gates=gates,
            pairs=pairs,
            confirming_pairs=self.duelled.confirming_pairs if self.duelled else 0,
            profile=profile,
            evaluator=foundation.evaluator,
            device=foundation.device,
            model_digest=foundation.model_digest,
            calibration=foundation.calibration,
            against=self.against,
            noise=self.noise,
            seeds=self.checked.seeds + (self.duelled.seeds if self.duelled else ()),
            started=self.began,
            ended=now,
            device_seconds=device_seconds(gates, pairs) + sum(judgement.seconds for judgement in self.checked.judgements),
            spending=together((*self.flight.planning, *self.spending)),
            judgements=self.checked.judgements,
        )


def device_seconds(gates: tuple[Gate, ...], pairs: tuple[Pair, ...]) -> float:
    """Seconds for which the candidate held the device."""
    arms = [arm for pair in pairs for arm in (pair.champion, pair.candidate)]
    return sum(gate.seconds for gate in gates) + sum(_arm_seconds(arm) for arm in arms)


def _arm_seconds(arm: Arm) -> float:
    return arm.start_seconds + arm.warmup_seconds + arm.window_seconds + arm.drain_seconds
