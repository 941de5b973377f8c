"""Delivers one notice to one receiver, for as long as that may take; the search does not wait, and never fails with it."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError

from activities.notify_task import NotifyTask
from search.notice import Notice
from search.spec import Spec
from workflows import steps
from workflows.identity import notice_id


@workflow.defn(name="Notice")
class NoticeWorkflow:
    """It outlives the search that began it."""

    @workflow.run
    async def run(self, task: NotifyTask) -> str:
        """What became of it."""
        try:
            return await steps.notify(task)
        except ActivityError as error:
            return f"given up: {error.cause}"


async def tell(spec: Spec, notice: Notice) -> None:
    """Begin the delivery to every receiver of the search; one that is under way already is left alone."""
    for receiver in spec.notify:
        try:
            await workflow.start_child_workflow(
                NoticeWorkflow.run,
                NotifyTask(receiver=receiver, notice=notice),
                id=notice_id(spec.name, notice.key, receiver),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            continue
