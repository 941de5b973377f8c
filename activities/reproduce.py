"""Repeats a recorded evaluation from the ledger, with its seeds and orders, and says whether it holds; needs no Temporal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from activities.evaluation.conformance import check_conformance
from activities.evaluation.correctness import check_correctness
from activities.evaluation.gate import Passed
from activities.evaluation.gate_test import check_tests
from activities.evaluation.ground import Ground
from activities.evaluation.launching import prepare_launch
from activities.evaluation.pair import measure_pair
from activities.evaluation.server import Launch
from activities.ledger.ledger import Ledger
from search.gate_test import GateTest
from search.measurement import MOST_VOIDS, Pair, is_too_noisy
from search.record import Gate, Record
from search.reproduction import FEWEST, Agreement, compare
from search.screening import screen
from search.source import Source
from search.standard import Standard
from search.value import Value
from search.verdict import Measured, Rejected


class Repeated(Value):
    """One gate, then and now."""

    stage: str
    passed: bool
    passed_again: bool
    summary: str
    """Of the new run."""

    @property
    def equal(self) -> bool:
        """Whether it ended as it had."""
        return self.passed == self.passed_again


class Reproduction(Value):
    """A recorded evaluation and its repetition."""

    search: str
    number: int
    outcome: Literal["holds", "does_not_hold", "cannot_tell"]
    """`cannot_tell` where the machine spoiled too many pairs."""
    reason: str
    differences: tuple[str, ...]
    """What judges otherwise than then, in words; with any of them a disagreement is no proof against the record."""
    standard: Standard
    """By which it was judged now."""
    gates: tuple[Repeated, ...] = ()
    against: int | None = None
    pairs: tuple[Pair, ...] = ()
    """The new ones; a recorded pair has one with its seed."""
    agreement: Agreement | None = None
    """None where the record has no duel that could be compared."""


class Evidence(Value):
    """What is repeated: a record, whom it duelled, and what the search's gate holds beside the scenario's."""

    search: str
    record: Record
    against: int | None
    champion: Source | None
    """The tree of the then champion."""
    starter: Source
    tests: tuple[GateTest, ...] = ()


class Repetition:
    """One evaluation in progress."""

    def __init__(self, ground: Ground, ledger: Ledger, evidence: Evidence) -> None:
        """Nothing is repeated yet."""
        self._ground = ground
        self._ledger = ledger
        self._evidence = evidence
        self._record = evidence.record
        self._pairs: list[Pair] = []
        self._gates: list[Repeated] = []

    async def run(self, standard: Standard) -> Reproduction:
        """The gates; then the pairs, where there were some and the gates end as they did."""
        record = self._record
        launch = await self._launch(record.source)
        reason, agreement = await self._repeat_gates(launch), None
        if not reason and isinstance(launch, Launch) and self._evidence.champion:
            reason, agreement = await self._repeat_duel(await self._champion(self._evidence.champion), launch)
        return Reproduction(
            search=self._evidence.search,
            number=record.number,
            outcome="cannot_tell" if self._noisy else "does_not_hold" if reason else "holds",
            reason=reason or (agreement.reason if agreement else "every gate ends as it did"),
            differences=record.standard.changes(standard),
            standard=standard,
            gates=tuple(self._gates),
            against=self._evidence.against,
            pairs=tuple(self._pairs),
            agreement=agreement,
        )

    async def _repeat_gates(self, launch: Launch | Rejected) -> str:
        """Why they do not hold; empty when each ends as it did."""
        for gate, seed in gates_of(self._record):
            outcome = launch if isinstance(launch, Rejected) else await self._gate(gate.stage, launch, seed)
            words = outcome.summary if isinstance(outcome, Passed) else outcome.reason
            repeated = Repeated(stage=gate.stage, passed=gate.passed, passed_again=isinstance(outcome, Passed), summary=words)
            self._gates.append(repeated)
            if not repeated.equal:
                return f"{gate.stage} {_ended(gate.passed)} and {_ended(repeated.passed_again)} now: {words}"
        return ""

    async def _gate(self, stage: str, launch: Launch, seed: int) -> Passed | Rejected:
        match stage:
            case "build":
                return Passed(summary="nothing to build" if launch.build is None else "built")
            case "conformance":
                return await check_conformance(self._ground, launch, seed=seed)
            case "correctness":
                return await check_correctness(self._ground, launch, seed=seed)
            case "tests":
                starter = await self._champion(self._evidence.starter)
                return await check_tests(self._ground, launch, tests=self._evidence.tests, starter=starter, seed=seed)
            case _:
                raise ValueError(f"{stage!r} is a gate that this version does not know")

    async def _repeat_duel(self, champion: Launch, candidate: Launch) -> tuple[str, Agreement | None]:
        """Why it does not hold, and the figures where they can be compared."""
        verdict, recorded = self._record.verdict, duel_of(self._record)
        for pair in recorded:
            again = await self._repeat_pair(pair, champion, candidate)
            if isinstance(again, Rejected):
                refused = isinstance(verdict, Rejected) and verdict.stage == again.stage
                return ("" if refused else f"it is refused under load now, at {again.stage}: {again.reason}"), None
            if again is None:
                return f"the machine is too noisy now: {MOST_VOIDS} pairs were void", None
        if isinstance(verdict, Rejected):
            refused = await self._repeat_refusal(verdict, champion, candidate)
            return ("" if refused else f"it was refused at {verdict.stage} ({verdict.reason}), and is not now"), None
        if not isinstance(verdict, Measured) or len(recorded) < FEWEST:
            return "", None
        agreement = compare([pair.log_ratio for pair in recorded], [pair.log_ratio for pair in self._valid()], verdict.kind)
        return ("" if agreement.holds else agreement.reason), agreement

    async def _repeat_refusal(self, verdict: Rejected, champion: Launch, candidate: Launch) -> bool:
        """Whether it is refused again. A pair in which the candidate failed is told by its seed alone, which is the last one."""
        if verdict.stage == "screen":
            return any(screen(pair) for pair in self._valid())
        seed, load = self._record.seeds[-1], "canary" if verdict.stage == "canary" else "announced"
        number = len(self._pairs) + 1
        again = await measure_pair(self._ground, champion, candidate, number=number, seed=seed, first="candidate", load=load)
        return isinstance(again, Rejected)

    async def _repeat_pair(self, pair: Pair, champion: Launch, candidate: Launch) -> Pair | Rejected | None:
        """With its seed and order, until the machine lets it count; None when it spoils too many."""
        while not self._noisy:
            again = await measure_pair(
                self._ground, champion, candidate, number=pair.number, seed=pair.seed, first=pair.first, load=pair.load
            )
            if isinstance(again, Rejected):
                return again
            self._pairs.append(again)
            if again.void is None:
                return again
            self._ground.say(f"void: {again.void}")
        return None

    @property
    def _noisy(self) -> bool:
        return is_too_noisy(self._pairs)

    def _valid(self) -> list[Pair]:
        return [pair for pair in self._pairs if pair.void is None]

    async def _champion(self, source: Source) -> Launch:
        launch = await self._launch(source)
        if isinstance(launch, Rejected):
            raise ValueError(f"the tree {source.tree[:12]} cannot be built on this machine: {launch.reason}")
        return launch

    async def _launch(self, source: Source) -> Launch | Rejected:
        folder: Path = self._ledger.checkout(source.tree, self._ground.home.trees / source.tree)
        return await prepare_launch(self._ground, folder, tree=source.tree)


def gates_of(record: Record) -> Sequence[tuple[Gate, int]]:
    """The gates of the tree that was judged, each with its seed: an author who repaired it had put earlier trees through them."""
    told = list(zip(record.gates, record.seeds, strict=False))
    last = max((place for place, (gate, _) in enumerate(told) if gate.stage == "build"), default=0)
    return told[last:]


def duel_of(record: Record) -> list[Pair]:
    """The pairs that the verdict counts."""
    return [pair for pair in record.pairs[: len(record.pairs) - record.confirming_pairs] if pair.void is None]


def _ended(passed: bool) -> str:
    return "passed" if passed else "failed"
