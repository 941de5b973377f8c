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
from search.canary import canary_ratio, canary_standing
from search.measurement import Arm, Load, Pair, is_too_noisy
from search.objective import broken_objective
from search.screening import screen
from search.statistics import Decision, LookPlan, look
from search.value import Value
from search.verdict import Interval, Rejected


class Evaluation(Value):
    """What is known of a candidate after its gates, and after a duel where there was one."""

    verdict: Literal["passed", "rejected", "better", "not_better", "undecided"]
    stage: str | None = None
    """The gate that refused it."""
    reason: str = ""
    evidence: str = ""
    ratio: float | None = None
    """Candidate over the other in the scenario's metric; None without a duel."""
    interval: Interval | None = None
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

    async def duel(self, champion: Launch, candidate: Launch, plan: LookPlan) -> Decision | Rejected | None:
        """Pairs until a look decides, the first of them a screen; None when the machine spoils too many. A win must not be bought,
        and must hold beside the announced load."""
        ratios: list[float] = []
        while (pair := await self._pair(champion, candidate, load="announced")) is not None:
            if isinstance(pair, Rejected):
                return pair
            ratios.append(pair.log_ratio)
            if len(ratios) == 1 and (hopeless := screen(pair)):
                return hopeless
            if len(ratios) in plan.looks and (decision := look(ratios, plan, noise=0.0)).outcome != "continue":
                return await self._questioned(champion, candidate, decision)
        return None

    async def _questioned(self, champion: Launch, candidate: Launch, decision: Decision) -> Decision | Rejected | None:
        """A win, questioned: by its objectives, and on canary loads."""
        if decision.outcome != "better":
            return decision
        if bought := broken_objective(self._pairs):
            return decision.model_copy(update={"outcome": "not_better", "reason": f"{decision.ratio:.3f}x, but {bought}"})
        ratios: list[float] = []
        while (standing := canary_standing(ratios, noise=0.0)) == "continue":
            pair = await self._pair(champion, candidate, load="canary")
            if pair is None or isinstance(pair, Rejected):
                return pair
            ratios.append(pair.log_ratio)
        told = f"{decision.reason}, and {canary_ratio(ratios):.3f}x beside the announced load ({self._pairs[-1].load_words})"
        return decision.model_copy(update={"outcome": "better" if standing == "holds" else "not_better", "reason": told})

    async def _pair(self, champion: Launch, candidate: Launch, *, load: Load) -> Pair | Rejected | None:
        """The next valid pair; None when the machine spoils too many."""
        while not is_too_noisy(self._pairs):
            first = "champion" if self._random.random() < 0.5 else "candidate"
            number = len(self._pairs) + 1
            pair = await measure_pair(self._ground, champion, candidate, number=number, seed=self._draw(), first=first, load=load)
            if isinstance(pair, Rejected):
                return pair
            self._pairs.append(pair)
            self._arm = pair.candidate
            if pair.void is None:
                return pair
            self._ground.say(f"void: {pair.void}")
        return None

    def conclude(self, outcome: Decision | Rejected | None, *, duelled: bool) -> Evaluation:
        """The evaluation in words and figures."""
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
            case Decision(outcome=verdict, ratio=ratio, interval=interval, reason=reason):
                return known.model_copy(update={"verdict": verdict, "ratio": ratio, "interval": interval, "reason": reason})
            case None if duelled:
                noisy = "the machine is too noisy: too many pairs were void"
                return known.model_copy(update={"verdict": "undecided", "reason": noisy})
            case None:
                return known

    def _draw(self) -> int:
        seed = self._random.getrandbits(48)
        self._seeds.append(seed)
        return seed


async def evaluate_candidate(ground: Ground, candidate: Path, *, against: Path | None, seed: int) -> Evaluation:
    """Puts a folder through all gates; then measures it, against another folder in a duel where one is given."""
    trial = Trial(ground, seed=seed)
    launch = await trial.gates(candidate)
    if isinstance(launch, Rejected):
        return trial.conclude(launch, duelled=False)
    if against is None:
        return trial.conclude(await trial.measure(launch), duelled=False)
    champion = await prepare_launch(ground, against, tree=tree_digest(against))
    if isinstance(champion, Rejected):
        raise ValueError(f"{against} cannot be built: {champion.reason}")
    return trial.conclude(await trial.duel(champion, launch, LookPlan()), duelled=True)
