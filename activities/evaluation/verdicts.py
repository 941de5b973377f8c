"""All gates and a whole duel for one folder, without Temporal: what `vibeserve evaluate` runs."""

from pathlib import Path
from random import Random
from typing import Literal

from activities.evaluation.arm import measure_arm
from activities.evaluation.conformance import check_conformance
from activities.evaluation.correctness import check_correctness
from activities.evaluation.digest import evaluator_digest
from activities.evaluation.gate import rejected, server_failed
from activities.evaluation.ground import Ground
from activities.evaluation.launching import prepare_launch, tree_digest
from activities.evaluation.pair import measure_pair
from activities.evaluation.roof import is_beyond
from activities.evaluation.server import Launch, ServerFailed
from search.contest import Ask, Contest
from search.measurement import Arm, Pair
from search.statistics import LookPlan
from search.value import Value
from search.verdict import Interval, Measured, Rejected


class Evaluation(Value):
    """What is known of a candidate after its gates, and after a duel where there was one."""

    verdict: Literal["passed", "rejected", "better", "not_better", "undecided"]
    stage: str | None = None
    """The gate that refused it."""
    reason: str = ""
    evidence: str = ""
    ratio: float | None = None
    """Candidate over the other in the scenario's metric, over the duel's pairs; None without a duel."""
    interval: Interval | None = None
    confirmed_ratio: float | None = None
    """The same on held-out seeds, which no luck of the duel flatters; None where the duel was not won."""
    confirmed_interval: Interval | None = None
    pairs: tuple[Pair, ...] = ()
    metrics: Arm | None = None
    """The last arm of the candidate that was measured."""
    evaluator_digest: str
    seeds: tuple[int, ...]


class Trial:
    """One evaluation in progress."""

    def __init__(self, ground: Ground, *, seed: int) -> None:
        self._ground = ground
        self._random = Random(f"evaluate {seed}")
        self._seeds = [seed]
        self._pairs: list[Pair] = []
        self._arm: Arm | None = None

    async def gates(self, candidate: Path) -> Launch | Rejected:
        """Build, conformance and correctness."""
        launch = await prepare_launch(self._ground, candidate, tree=tree_digest(candidate))
        if isinstance(launch, Rejected):
            return launch
        conformed = await check_conformance(self._ground, launch, seed=self._draw())
        if isinstance(conformed, Rejected):
            return conformed
        correct = await check_correctness(self._ground, launch, seed=self._draw())
        return correct if isinstance(correct, Rejected) else launch

    async def measure(self, launch: Launch) -> Rejected | None:
        """One arm, for its figures."""
        window = self._ground.scale.load.window_seconds
        try:
            async with self._ground.leased() as lease:
                measured = await measure_arm(self._ground, launch, seed=self._draw(), window_seconds=window, lease=lease)
        except ServerFailed as failed:
            return server_failed("measure", failed)
        self._arm = measured.arm
        if is_beyond(measured.arm.limit_share) and not measured.fault:
            return rejected("measure", measured.doubt or "", measured.evidence)
        return rejected("measure", measured.fault, measured.evidence) if measured.fault else None

    async def duel(self, champion: Launch, candidate: Launch) -> Measured | Rejected:
        """A duel as a search holds it, but for the floor of noise: nothing here has measured one."""

        async def measure(ask: Ask) -> Pair | Rejected:
            return await self._pair(champion, candidate, ask)

        return await Contest(LookPlan(), 0.0, measure, is_late=lambda: False).run()

    async def _pair(self, champion: Launch, candidate: Launch, ask: Ask) -> Pair | Rejected:
        first = "champion" if self._random.random() < 0.5 else "candidate"
        pair = await measure_pair(self._ground, champion, candidate, number=ask.number, seed=self._draw(), first=first, load=ask.load)
        if isinstance(pair, Rejected):
            return pair
        self._pairs.append(pair)
        self._arm = pair.candidate
        if pair.void is not None:
            self._ground.say(f"void: {pair.void}")
        return pair

    def conclude(self, outcome: Measured | Rejected | None) -> Evaluation:
        """The evaluation in words and figures; None stands for no duel and no refusal."""
        known = Evaluation(
            verdict="passed",
            evaluator_digest=evaluator_digest(self._ground.scenario),
            seeds=tuple(self._seeds),
            pairs=tuple(self._pairs),
            metrics=self._arm,
        )
        match outcome:
            case Rejected(stage=stage, reason=reason, evidence=evidence):
                return known.model_copy(update={"verdict": "rejected", "stage": stage, "reason": reason, "evidence": evidence})
            case Measured():
                return known.model_copy(update=_figures(outcome))
            case None:
                return known

    def _draw(self) -> int:
        seed = self._random.getrandbits(48)
        self._seeds.append(seed)
        return seed


def _figures(measured: Measured) -> dict[str, object]:
    return {
        "verdict": "better" if measured.kind == "promoted" else measured.kind,
        "ratio": measured.ratio,
        "interval": measured.interval,
        "confirmed_ratio": measured.confirmed_ratio,
        "confirmed_interval": measured.confirmed_interval,
        "reason": measured.reason,
    }


async def evaluate_candidate(ground: Ground, candidate: Path, *, against: Path | None, seed: int) -> Evaluation:
    """Puts a folder through all gates; then measures it, against another folder in a duel where one is given."""
    trial = Trial(ground, seed=seed)
    launch = await trial.gates(candidate)
    if isinstance(launch, Rejected):
        return trial.conclude(launch)
    if against is None:
        return trial.conclude(await trial.measure(launch))
    champion = await prepare_launch(ground, against, tree=tree_digest(against))
    if isinstance(champion, Rejected):
        raise ValueError(f"{against} cannot be built: {champion.reason}")
    return trial.conclude(await trial.duel(champion, launch))
