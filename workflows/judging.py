"""Has a fresh judge look at a tree that passed the gates; what it suspects counts only when the trial of its test bears it out."""

from dataclasses import dataclass

from temporalio import workflow

from activities.agents.schemas import Accusation, Charges
from activities.review_task import KeepTask
from activities.session_task import Brief, SessionKey
from search.budget import Allowance
from search.gate_test import GateTest
from search.judgement import Finding, Judgement
from search.source import Source
from search.spending import Spending
from workflows import steps
from workflows.identity import session_id
from workflows.session import SessionEnd, SessionTask, SessionWorkflow
from workflows.trials import try_test

AUTHOR = "a judge"


@dataclass(frozen=True)
class Look:
    """What a judge said of a tree, the tests that joined the gate by it, and what it cost."""

    judgement: Judgement
    tests: tuple[GateTest, ...]
    spending: tuple[Spending, ...]


async def ask_judge(key: SessionKey, *, brief: Brief, starter: Source, allowed: Allowance) -> Look:
    """One session, then the trial of each test that it wrote. A judge that fails stops nobody."""
    assert brief.source is not None
    end: SessionEnd = await workflow.execute_child_workflow(
        SessionWorkflow.run, SessionTask(key=key, brief=brief, allowed=allowed), id=session_id(key.setting.search, key.name, 0)
    )
    spending = end.task.spending
    if not end.submission:
        return Look(Judgement(session=key.name, failed=end.failed), (), spending)
    charges = Charges.model_validate_json(end.submission)
    findings: list[Finding] = []
    tests: list[GateTest] = []
    seconds = 0.0
    for accusation in charges.findings:
        test = _test(key, accusation)
        trial = await try_test(key.setting, test, accused=brief.source, starter=starter)
        seconds += trial.seconds
        findings.append(Finding(test=test.name, why=test.why, accepted=trial.accepted, reason=trial.reason))
        if trial.accepted:
            await steps.keep_test(KeepTask(setting=key.setting, test=test, when=workflow.now()))
            tests.append(test)
    judgement = Judgement(session=key.name, summary=charges.summary, findings=tuple(findings), seconds=seconds)
    return Look(judgement, tuple(tests), spending)


def _test(key: SessionKey, accusation: Accusation) -> GateTest:
    """Named by the candidate, and by which of its trees it is: no two judges give one name to two tests."""
    name = f"{accusation.name}_{key.number}" + (f"_{key.attempt}" if key.attempt > 1 else "")
    return GateTest(name=name, program=accusation.program, author=AUTHOR, why=accusation.why, accused=key.number)
