"""The tests that joined the gate, as workflows use them: one gate, and what a test must prove before it joins."""

from temporalio import workflow

from activities.evaluation.gate_test import Trial
from activities.review_task import ExamTask, TrialTask
from activities.task import GateReport, Setting
from search.gate_test import RUNS, GateTest
from search.source import Source
from workflows import steps


async def examine(setting: Setting, number: int, source: Source, *, starter: Source, tests: tuple[str, ...]) -> GateReport:
    """The gate `tests`, its seed drawn here."""
    seed = workflow.random().getrandbits(48)
    return await steps.examine(ExamTask(setting=setting, number=number, source=source, starter=starter, tests=tests, seed=seed))


async def try_test(setting: Setting, test: GateTest, *, accused: Source, starter: Source) -> Trial:
    """Whether the test is a finding, with seeds that its author could not know."""
    seeds = tuple(workflow.random().getrandbits(48) for _ in range(RUNS))
    return await steps.try_test(TrialTask(setting=setting, test=test, accused=accused, starter=starter, seeds=seeds))
