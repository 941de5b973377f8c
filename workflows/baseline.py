"""Begins the baseline of a search that has ended: a search of its own, which outlives the first."""

from temporalio import workflow

from search.baseline import baseline_spec
from search.spec import Spec
from workflows.identity import SEARCHES_QUEUE, search_id
from workflows.state import SearchState


async def begin_baseline(spec: Spec) -> None:
    """Start it and return; a search without a baseline begins nothing."""
    following = baseline_spec(spec)
    if following is None:
        return
    await workflow.start_child_workflow(
        "Search",
        SearchState(spec=following),
        id=search_id(following.name),
        task_queue=SEARCHES_QUEUE,
        parent_close_policy=workflow.ParentClosePolicy.ABANDON,
    )
