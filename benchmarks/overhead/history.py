"""Reads the steps of a search and of its candidates from Temporal's histories."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from benchmarks.overhead.timeline import Step
from search.value import Value
from workflows.identity import candidate_id, duel_id, search_id

ENDED = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "activity_task_completed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "activity_task_failed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "activity_task_timed_out_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "activity_task_canceled_event_attributes",
}
CLOSED = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
    }
)


class NotFinished(RuntimeError):
    """The search still runs, so that its wall clock is not known."""


class Past(Value):
    """A finished search with all its steps."""

    began: datetime
    ended: datetime
    steps: tuple[Step, ...]


async def read_past(client: Client, search: str, numbers: Iterable[int]) -> Past:
    """The search's own steps and those of the given candidates; raises RPCError NOT_FOUND when Temporal does not know the search."""
    runs = [run async for run in _runs(client, search_id(search))]
    events = [event for run in reversed(runs) for event in run]
    if events[-1].event_type not in CLOSED:
        raise NotFinished(f"the search {search} still runs; measure it when it is finished")
    steps = [step for run in runs for step in read_steps(run)]
    for number in numbers:
        for workflow_id in (candidate_id(search, number), duel_id(search, number)):
            steps.extend(await _child_steps(client, workflow_id))
    return Past(began=_when(events[0].event_time), ended=_when(events[-1].event_time), steps=tuple(sorted(steps, key=_scheduled)))


def read_steps(events: Iterable[HistoryEvent]) -> Iterator[Step]:
    """All activities of one run that have ended."""
    scheduled: dict[int, HistoryEvent] = {}
    started: dict[int, HistoryEvent] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = event
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            started[event.activity_task_started_event_attributes.scheduled_event_id] = event
        elif event.event_type in ENDED:
            number: int = getattr(event, ENDED[event.event_type]).scheduled_event_id
            if number in started:
                yield _step(scheduled[number], started[number], event)


def _step(scheduled: HistoryEvent, started: HistoryEvent, ended: HistoryEvent) -> Step:
    return Step(
        kind=scheduled.activity_task_scheduled_event_attributes.activity_type.name,
        scheduled=_when(scheduled.event_time),
        started=_when(started.event_time),
        ended=_when(ended.event_time),
        attempts=started.activity_task_started_event_attributes.attempt,
    )


async def _runs(client: Client, workflow_id: str) -> AsyncIterator[list[HistoryEvent]]:
    """The runs of a workflow that continued as new, the last one first."""
    run_id: str | None = None
    while True:
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        events = [event async for event in handle.fetch_history_events()]
        yield events
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return


async def _child_steps(client: Client, workflow_id: str) -> list[Step]:
    try:
        return [step async for run in _runs(client, workflow_id) for step in read_steps(run)]
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []  # a rejected candidate has no duel
        raise


def _scheduled(step: Step) -> datetime:
    return step.scheduled


def _when(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
