"""How this machine reaches Temporal: the address of a cluster or of the embedded server, the client, and what running searches tell."""

import asyncio
import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from typing import TypeVar

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client, Interceptor, WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfigProfile
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode

from cli.figures import moment
from workflows.identity import candidate_id, duel_id, review_id, search_id
from workflows.progress import Progress, Runner

Told = TypeVar("Told", Progress, Runner)

NONDETERMINISM = "TMPRL1100"
FAILED_STATE = "Workflow Task in failed state"
"""What the SDK and the server call a history that the code cannot go through again."""
RPC_LIMIT = timedelta(seconds=3)
"""A query waits for a worker; without one it would hang for ever."""


class NoWorker(RuntimeError):
    """Temporal answers, but no worker does."""


class OtherVersion(NoWorker):
    """The worker's code cannot go on with what another version of it began."""

    def __init__(self, workflow: str) -> None:
        super().__init__(
            f"{workflow} was begun by another version of VibeServe, and this one cannot go on with it: nothing is lost, it waits. Run "
            "`vibeserve down`, go back to the version that began it, and `vibeserve up`"
        )


def configured_cluster() -> ClientConfigProfile | None:
    """The cluster that `TEMPORAL_ADDRESS` or a Temporal profile names, or None when the embedded server is meant."""
    profile = ClientConfigProfile.load()
    return profile if profile.address else None


@functools.cache
def quiet() -> Runtime:
    """For a person's terminal: the SDK says nothing of attempts that it makes again; what comes of them is for the command to tell."""
    silent = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=silent)))


async def connect(
    address: str | None, *, runtime: Runtime | None = None, interceptors: Sequence[Interceptor] = (), identity: str | None = None
) -> Client:
    """A client of the embedded server at `address`, or of the configured cluster when it is None."""
    if address is not None:
        return await Client.connect(
            address, data_converter=pydantic_data_converter, runtime=runtime, interceptors=interceptors, identity=identity
        )
    profile = configured_cluster()
    if profile is None:
        raise RuntimeError("neither an embedded server nor TEMPORAL_ADDRESS is given: run `vibeserve up`")
    config = profile.to_client_connect_config()
    return await Client.connect(
        **config, data_converter=pydantic_data_converter, runtime=runtime, interceptors=interceptors, identity=identity
    )


async def survey(client: Client, search: str) -> Progress:
    """What a search and each of its candidates in flight tell; raises NoWorker when nobody can answer."""
    progress = await _query(client, search_id(search), Progress)
    runners = await asyncio.gather(*(_runner(client, search, runner) for runner in progress.runners))
    return progress.model_copy(update={"runners": tuple(runners)})


async def heartbeats(client: Client, search: str, runners: Sequence[Runner]) -> Mapping[int, str]:
    """The last words of each runner's running step, by candidate number."""
    texts = {runner.number: await _last_words(client, _workflow(search, runner)) for runner in runners}
    return {number: text for number, text in texts.items() if text}


def _workflow(search: str, runner: Runner) -> str:
    """Where a runner's step runs."""
    match runner.stage.split(" ")[0]:
        case "write" | "repair" | "build" | "conformance" | "correctness" | "judge":
            return candidate_id(search, runner.number)
        case "screen" | "duel" | "confirm" | "canary":
            return duel_id(search, runner.number)
        case "review":
            return review_id(search, runner.number)
        case _:
            return search_id(search)


async def _runner(client: Client, search: str, runner: Runner) -> Runner:
    """The child's own account while it runs, the search's otherwise."""
    child = _workflow(search, runner)
    if child == search_id(search):
        return runner
    try:
        told = await _query(client, child, Runner)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return runner
    return told.model_copy(update={"gates": runner.gates + told.gates, "claim": told.claim or runner.claim}) if told.stage else runner


async def _query(client: Client, workflow_id: str, told: type[Told]) -> Told:
    try:
        return await client.get_workflow_handle(workflow_id).query("progress", result_type=told, rpc_timeout=RPC_LIMIT)
    except WorkflowQueryFailedError as error:
        if NONDETERMINISM in str(error):
            raise OtherVersion(workflow_id) from None
        raise
    except RPCError as error:
        if FAILED_STATE in error.message:
            raise OtherVersion(workflow_id) from None
        if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION):
            raise NoWorker("no worker answers: run `vibeserve up`") from None
        raise


async def _last_words(client: Client, workflow_id: str) -> str:
    """The heartbeat of the running activity, or how it fares when it is being retried; an agent's session speaks for who waits for it."""
    try:
        description = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_LIMIT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return ""
        raise
    for activity in description.raw_description.pending_activities:
        if activity.state != PendingActivityState.PENDING_ACTIVITY_STATE_STARTED and activity.attempt > 1:
            again = activity.next_attempt_schedule_time
            until = f" until {moment(again.ToDatetime(UTC))}" if again.ToSeconds() else ""
            return f"attempt {activity.attempt} waits{until}: {activity.last_failure.message.splitlines()[0][:200]}"
        if activity.heartbeat_details.payloads:
            words = await client.data_converter.decode(activity.heartbeat_details.payloads, [str])
            return str(words[0])
    for child in description.raw_description.pending_children:
        if child.workflow_type_name in ("Session", "Work"):
            return await _last_words(client, child.workflow_id)
    return ""
