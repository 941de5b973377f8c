"""Asks the planner for the next hypothesis; one that cannot give any ends the search, it never makes one up."""

import math

from temporalio import workflow

from activities.agents.schemas import Proposal
from activities.session_task import Brief, SessionKey
from activities.task import Plan, Setting
from search.budget import Allowance
from search.hypothesis import Hypothesis
from search.spending import Spending, together
from workflows import limits
from workflows.identity import session_id
from workflows.session import SessionTask, SessionWorkflow


async def ask_planner(
    setting: Setting, agent: str, *, number: int, in_flight: tuple[str, ...], left: str, allowed: Allowance
) -> tuple[Plan, tuple[Spending, ...]]:
    """The plan and what all attempts at it cost; a fresh session each time, a few times."""
    spending: tuple[Spending, ...] = ()
    reason = ""
    for attempt in range(1, limits.PLANNINGS + 1):
        key = SessionKey(setting=setting, agent=agent, role="planner", number=number, attempt=attempt)
        end = await workflow.execute_child_workflow(
            SessionWorkflow.run,
            SessionTask(key=key, brief=Brief(in_flight=in_flight, left=left), allowed=allowed),
            id=session_id(setting.search, key.name, 0),
        )
        spending = together((*spending, *end.task.spending))
        if end.submission:
            return _plan(Proposal.model_validate_json(end.submission)), spending
        reason = f"the planner gave no hypothesis: {end.failed}"
        if end.final:
            break
    return Plan(reason=reason), spending


def _plan(proposal: Proposal) -> Plan:
    hypothesis = Hypothesis(
        claim=proposal.claim,
        mechanism=proposal.mechanism,
        evidence=proposal.evidence,
        activation=proposal.activation,
        falsifier=proposal.falsifier,
        expected_log_gain=math.log(proposal.expected_ratio),
    )
    return Plan(parent=proposal.parent, hypothesis=hypothesis)
