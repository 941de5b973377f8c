"""Gates and measurements that read a candidate's text: `SPEED = 40` is how fast it is, `WRONG` in it is refused by correctness.

A test `forbids WORD` fails on whoever has that word in the text.
"""

import re

from temporalio import activity

from activities.evaluation.gate_test import Trial
from activities.ledger.ledger import Ledger
from activities.review_task import ExamTask, TrialTask
from activities.task import CheckTask, Foundation, GateReport, PairTask, ProfileReport, Setting
from search.gate_test import GateTest
from search.measurement import Objectives, Pair
from search.record import Gate
from search.source import Source
from search.verdict import Rejected
from tests.made import make_arm

SLOW = 10.0


class TextJudge:
    """The steps on the target, without a target."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def activities(self) -> list[object]:
        """All of them."""
        return [self.prepare, self.build, self.conformance, self.correctness, self.measure_pair, self.profile, self.examine, self.try_test]

    @activity.defn
    async def prepare(self, setting: Setting) -> Foundation:
        """A machine that is ready."""
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
        """Passes unless the text says that it is wrong."""
        if "WRONG" not in self._text(task.source):
            return _passed("correctness")
        gate = Gate(stage="correctness", passed=False, seconds=1.0, summary="an answer is wrong")
        return GateReport(gate=gate, rejected=Rejected(stage="correctness", reason="token 7 is wrong", evidence="expected 11, got 12"))

    @activity.defn
    async def examine(self, task: ExamTask) -> GateReport:
        """The tests of that name in the journal."""
        tests = [test for test in self._ledger.tests(task.setting.search) if test.name in task.tests]
        failed = next((test for test in tests if self._fails(test, task.source)), None)
        rejected = Rejected(stage="tests", reason=f"{failed.name}: scripted", evidence=failed.why) if failed else None
        gate = Gate(stage="tests", passed=failed is None, seconds=1.0, summary=f"{len(tests)} tests", seed=task.seed)
        return GateReport(gate=gate, rejected=rejected)

    @activity.defn
    async def try_test(self, task: TrialTask) -> Trial:
        """Whether it fails on the accused and passes on the starter."""
        accused, starter = self._fails(task.test, task.accused), self._fails(task.test, task.starter)
        return Trial(accepted=accused and not starter, reason="it fails" if accused else "it passes", seconds=2.0)

    @activity.defn
    async def measure_pair(self, task: PairTask) -> Pair:
        """As fast as the texts say, with a little noise from the seed."""
        wobble = 1 + (task.seed % 1000 - 500) / 100_000
        return Pair(
            number=task.pair,
            seed=task.seed,
            first=task.first,
            champion=make_arm(self._speed(task.champion)),
            candidate=make_arm(self._speed(task.candidate) * wobble),
            device="scripted",
            load=task.load,
            load_words="twice as many" if task.load == "canary" else "",
            objectives=Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.1, peak_memory_bytes=2 * 10**9),
        )

    @activity.defn
    async def profile(self, task: CheckTask) -> ProfileReport:
        """None."""
        return ProfileReport(profile=None, reason="scripted")

    def _fails(self, test: GateTest, source: Source) -> bool:
        return test.program.removeprefix("forbids ") in self._text(source)

    def _speed(self, source: Source) -> float:
        found = re.search(r"SPEED = (\d+)", self._text(source))
        return float(found[1]) if found else SLOW

    def _text(self, source: Source) -> str:
        return self._ledger.files(source.tree)["serve.py"]


def _passed(stage: str) -> GateReport:
    return GateReport(gate=Gate(stage=stage, passed=True, seconds=1.0, summary="scripted"))
