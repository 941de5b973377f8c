"""Has candidates judged again that were judged before: gathers them, lets a child workflow judge, and tells who reigns then."""

from dataclasses import dataclass

from temporalio import workflow

from activities.review_task import Contender, FrontierTask
from search.review import Review
from workflows import steps
from workflows.identity import review_id
from workflows.reexamine import ReexamineTask, ReexamineWorkflow
from workflows.rescore import RescoreTask, RescoreWorkflow
from workflows.state import Ask, Champion, SearchState


@dataclass(frozen=True)
class Judged:
    """A finished review, and the champion after it."""

    review: Review
    champion: Champion


async def judge_again(state: SearchState, ask: Ask) -> Judged:
    """The whole review; what it found is not written yet."""
    task = FrontierTask(setting=state.setting())
    match ask.kind:
        case "rescore":
            contenders = (await steps.frontier(task)).contenders
            review = await _rescore(state, ask, contenders)
        case "tests":
            contenders = (await steps.champions(task)).contenders
            review = await _reexamine(state, ask, contenders)
    crowned = next(one for one in contenders if one.number == review.champion)
    return Judged(review, Champion(number=crowned.number, source=crowned.source, claim=crowned.hypothesis.claim))


async def _rescore(state: SearchState, ask: Ask, contenders: tuple[Contender, ...]) -> Review:
    assert state.foundation is not None and state.champion is not None
    task = RescoreTask(
        setting=state.setting(),
        number=state.reviews + 1,
        foundation=state.foundation,
        contenders=contenders,
        champion=state.champion.number,
        tests=state.tests,
        plan=state.look_plan(),
        author=ask.author,
        why=ask.why,
    )
    return await workflow.execute_child_workflow(RescoreWorkflow.run, task, id=review_id(state.spec.name, task.number))


async def _reexamine(state: SearchState, ask: Ask, contenders: tuple[Contender, ...]) -> Review:
    assert state.foundation is not None and state.champion is not None and state.standing is not None
    task = ReexamineTask(
        setting=state.setting(),
        number=state.reviews + 1,
        foundation=state.foundation,
        contenders=contenders,
        champion=state.champion.number,
        ratio=state.standing.ratio,
        low=state.standing.low,
        high=state.standing.high,
        tests=state.tests,
        author=ask.author,
        why=ask.why,
    )
    return await workflow.execute_child_workflow(ReexamineWorkflow.run, task, id=review_id(state.spec.name, task.number))
