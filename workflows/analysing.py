"""Has an analyst read the duel and the profiles of a candidate whose verdict is recorded; whatever it says, the verdict stands."""

from temporalio import workflow

from activities.agents.schemas import Diagnosis
from activities.review_task import AnalysisTask
from activities.session_task import Brief, SessionKey
from search.analysis import Analysis
from search.budget import Allowance
from workflows import steps
from workflows.identity import session_id
from workflows.session import SessionEnd, SessionTask, SessionWorkflow


async def ask_analyst(key: SessionKey, allowed: Allowance) -> Analysis:
    """One session, and its result in the journal; one that fails leaves a note there."""
    end: SessionEnd = await workflow.execute_child_workflow(
        SessionWorkflow.run, SessionTask(key=key, brief=Brief(), allowed=allowed), id=session_id(key.setting.search, key.name, 0)
    )
    analysis = _analysis(key, end)
    await steps.keep_analysis(AnalysisTask(setting=key.setting, analysis=analysis, when=workflow.now()))
    return analysis


def _analysis(key: SessionKey, end: SessionEnd) -> Analysis:
    plain = Analysis(candidate=key.number, session=key.name, spending=end.task.spending)
    if not end.submission:
        return plain.model_copy(update={"failed": end.failed})
    told = Diagnosis.model_validate_json(end.submission)
    return plain.model_copy(
        update={
            "mechanism": told.mechanism,
            "finding": told.finding,
            "bottlenecks": told.bottlenecks,
            "suggestions": told.suggestions,
        }
    )
