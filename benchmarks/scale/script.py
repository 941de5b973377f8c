"""The agent and the device of the scale benchmark: what they say and measure follows from a candidate's number alone."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.task import CheckTask, Foundation, GateReport, GenerateTask, PairTask, Plan, PlanTask, ProfileReport, Setting
from search.composition import Composition
from search.hypothesis import Hypothesis
from search.measurement import Arm, Objectives, Pair
from search.record import Gate
from search.source import Source
from search.spec import Budget, Spec

SEARCH = "scale"
TARGET = "scripted"
WORDS = "def serve(path: str) -> None:\n    print(path)\n" * 40


def scale_spec(candidates: int, parallel: int) -> Spec:
    """A search that nothing but its candidates limits."""
    budget = Budget(candidates=candidates, wall_clock=timedelta(days=365))
    asked = {"scenario": "chat", "target": TARGET, "model": "tiny", "agent": "recipes", "policy": "random", "correctness": "lossless"}
    return Spec.model_validate({"name": SEARCH, "seed": 1, "parallel": parallel, "budget": budget, **asked})


def ratio(number: int) -> float:
    """To the champion of its time: most candidates are hopeless or slower, one in two hundred wins."""
    drawn = random.Random(number).random()
    return 1.0 if number == 0 else 1.3 if drawn < 0.005 else 0.93 if drawn < 0.4 else 0.5


class ScriptedAgent:
    """Writes a small tree into the real ledger for each candidate."""

    def __init__(self, ledger: Ledger) -> None:
        """Of the home."""
        self._ledger = ledger

    @activity.defn(name="plan")
    def plan(self, task: PlanTask) -> Plan:
        """From the starter."""
        claim = f"candidate {task.number} is faster than the champion"
        words = {"mechanism": "scripted", "evidence": "scripted", "falsifier": "scripted"}
        return Plan(parent=0, hypothesis=Hypothesis(claim=claim, expected_log_gain=0.1, composition=Composition(), **words))

    @activity.defn(name="generate")
    def generate(self, task: GenerateTask) -> Source:
        """One commit on the candidate's branch."""
        parent = next(one for one in self._ledger.records(task.setting.search) if one.number == task.parent)
        return self._ledger.commit_files(
            candidate_branch(task.setting.search, task.number),
            parent=parent.source.commit,
            files={"serve.py": f"NUMBER = {task.number}\n", "engine.py": WORDS},
            message=f"Candidate {task.number}: {task.hypothesis.claim}",
            when=task.when,
        )


class ScriptedDevice:
    """Takes no time."""

    def activities(self) -> Sequence[Callable[..., Any]]:
        """All steps on the target."""
        return [self.prepare, self.build, self.conformance, self.correctness, self.measure_pair, self.profile]

    @activity.defn
    async def prepare(self, setting: Setting) -> Foundation:
        """Ready."""
        return Foundation(evaluator="e" * 64, device="scripted", model_digest="m" * 64, margin=0.01)

    @activity.defn
    async def build(self, task: CheckTask) -> GateReport:
        """Passes."""
        return _passed("build")

    @activity.defn
    async def conformance(self, task: CheckTask) -> GateReport:
        """Passes."""
        return _passed("conformance")

    @activity.defn
    async def correctness(self, task: CheckTask) -> GateReport:
        """Passes."""
        return _passed("correctness")

    @activity.defn
    async def measure_pair(self, task: PairTask) -> Pair:
        """As fast as the number says, with a little noise from the seed."""
        wobble = 1 + (task.seed % 1000 - 500) / 100_000
        return Pair(
            number=task.pair,
            seed=task.seed,
            first=task.first,
            champion=_arm(100.0),
            candidate=_arm(100.0 * ratio(task.candidate_number) * wobble),
            device="scripted",
            load=task.load,
            load_words="twice as many" if task.load == "canary" else "",
            objectives=Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.1, peak_memory_bytes=2 * 10**9),
        )

    @activity.defn
    async def profile(self, task: CheckTask) -> ProfileReport:
        """None."""
        return ProfileReport(profile=None, reason="scripted")


def _passed(stage: str) -> GateReport:
    return GateReport(gate=Gate(stage=stage, passed=True, seconds=1.0, summary="scripted"))


def _arm(score: float) -> Arm:
    return Arm(
        score=score,
        tokens_per_second=score,
        ttft_p50=0.1,
        ttft_p99=0.2,
        tpot_p50=0.01,
        tpot_p99=0.02,
        latency_p50=1.0,
        latency_p99=2.0,
        goodput=1.0,
        requests=100,
        failed=0,
        window_seconds=20.0,
        warmup_seconds=2.0,
        drain_seconds=1.0,
        start_seconds=2.0,
        peak_memory_bytes=10**9,
        foreign_load=0.0,
        verified_tokens=100,
    )
