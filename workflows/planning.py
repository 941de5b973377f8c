"""Asks the planner for the next hypotheses; one that cannot give any ends the search, it never makes one up."""

import math
from dataclasses import dataclass

from temporalio import workflow

from activities.agents.schemas import Idea, Proposal
from activities.session_task import Brief, SessionKey
from activities.task import Plan, Setting
from search.budget import Allowance
from search.hypothesis import Hypothesis
from search.spending import Spending, together
from workflows import limits
from workflows.identity import session_id
from workflows.session import SessionTask, SessionWorkflow


@dataclass(frozen=True)
class Planned:
    """One plan for each free slot at most, the best first, and what all attempts at them cost."""

    plans: tuple[Plan, ...]
    spending: tuple[Spending, ...]


async def ask_planner(setting: Setting, agent: str, *, number: int, brief: Brief, parked: tuple[str, ...], allowed: Allowance) -> Planned:
    """A fresh session each time, a few times; a single plan without a hypothesis says why there is none."""
    spending: tuple[Spending, ...] = ()
    reason = ""
    for attempt in range(1, limits.PLANNINGS + 1):
        key = SessionKey(setting=setting, agent=agent, role="planner", number=number, attempt=attempt)
        end = await workflow.execute_child_workflow(
            SessionWorkflow.run, SessionTask(key=key, brief=brief, allowed=allowed), id=session_id(setting.search, key.name, 0)
        )
        spending = together((*spending, *end.task.spending))
        if end.submission:
            proposal = Proposal.model_validate_json(end.submission)
            ideas = [idea for idea in (proposal, *proposal.others) if idea.claim not in parked]
            if ideas:
                return Planned(tuple(map(_plan, ideas[: brief.slots])), spending)
        reason = f"the planner gave no hypothesis: {end.failed or 'it proposed what is parked'}"
        if end.final:
            break
    return Planned((Plan(reason=reason),), spending)


def _plan(idea: Idea) -> Plan:
    hypothesis = Hypothesis(
        claim=idea.claim,
        mechanism=idea.mechanism,
        evidence=idea.evidence,
        activation=idea.activation,
        falsifier=idea.falsifier,
        expected_log_gain=math.log(idea.expected_ratio),
    )
    return Plan(parent=idea.parent, hypothesis=hypothesis)
