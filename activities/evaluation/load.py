"""Drives one arm's load from a process of its own: `python -m activities.evaluation.load`, a plan on stdin, JSON lines on stdout.

The closed loop keeps a number of requests in flight; the open loop sends each at its arrival time. Requests of warm-up, window
and drain come from one sequence, so a server cannot tell them apart, and the warm-up's length is jittered by the seed.
Nothing is parsed before the drain is over: during the window a read costs a time stamp and an append.
"""

import asyncio
import math
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain, islice
from random import Random

from aiohttp import ClientSession

from activities.evaluation.client import Recording, connected, encode, record
from activities.evaluation.exchange import Exchange
from activities.evaluation.realtime import converse, understood
from activities.evaluation.steadiness import STRETCHES, is_steady
from activities.evaluation.traces import LoadPlan, Phase, Progress, Trace, Window
from activities.sandbox.orphan import die_with_parent
from models.speech import SAMPLE_RATE, Samples
from scenarios.registry import find_scenario
from scenarios.scenario import Request, Scale
from scenarios.streaming_asr.workload import chunks, paced
from search.value import Value
from targets.foreign import foreign_load, read_cores

_JITTER = 0.5
_STRETCH_SECONDS = 0.05
"""The shortest stretch of time whose throughput says something."""


@dataclass
class Run:
    """One load in progress."""

    plan: LoadPlan
    session: ClientSession
    requests: Iterator[Request]
    recordings: list[Recording] = field(default_factory=list[Recording])
    origin: float = field(default_factory=time.perf_counter)
    sending: dict[int, asyncio.Task[None]] = field(default_factory=dict[int, "asyncio.Task[None]"])
    """By the number of the request."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """No further request is sent: the window has closed, or a request has failed."""

    def clock(self) -> float:
        """Seconds since the load began."""
        return time.perf_counter() - self.origin

    async def send(self, request: Request, *, due: float) -> None:
        """One request to its end; its times count from when it was due."""
        recording = Recording(request=request, sent=due)
        self.recordings.append(recording)
        task = asyncio.current_task()
        assert task is not None
        self.sending[request.number] = task
        dialect = self.plan.dialect
        body = encode(request) if dialect is None else dialect.encode(request)
        await record(self.session, recording, body, limit_seconds=self.plan.scale.request_limit_seconds, clock=self.clock)
        if recording.failure or recording.status != 200:
            self.over.set()

    def received_bytes(self) -> int:
        """Of all answers so far."""
        return sum(len(read.content) for recording in self.recordings for read in recording.reads)


async def drive(plan: LoadPlan) -> None:
    """The whole load; prints progress, then the traces, then the window."""
    async with connected(plan.socket) as session:
        run = Run(plan, session, planned(plan))
        traffic = asyncio.create_task(LOOPS[plan.scale.load.mode](run))
        window = await measure(run)
        abandoned = [] if plan.scale.load.mode == "live" else abandon(run)
        await drain(run, traffic)
        drained = run.clock()
    understand = understood if plan.scale.load.mode == "live" else Recording.exchange if plan.dialect is None else plan.dialect.listener()
    for recording in run.recordings:
        tell(trace(recording, understand(recording), abandoned=recording in abandoned))
    tell(window.model_copy(update={"drained": drained}))


def planned(plan: LoadPlan) -> Iterator[Request]:
    """The requests in their order, the first with their predictions."""
    drawn = find_scenario(plan.scenario).requests(plan.seed, plan.scale)
    return chain(plan.foretold, islice(drawn, len(plan.foretold), None))


async def closed_loop(run: Run) -> None:
    """Keeps the load's number of requests in flight."""

    async def client() -> None:
        while not run.over.is_set():
            await run.send(next(run.requests), due=run.clock())

    async with asyncio.TaskGroup() as group:
        for _ in range(run.plan.scale.load.concurrency):
            group.create_task(client())


async def open_loop(run: Run) -> None:
    """Sends each request when it arrives; those beyond the most in flight wait, and their wait counts."""
    places = asyncio.Semaphore(run.plan.scale.load.concurrency)

    async def visit(request: Request) -> None:
        async with places:
            await run.send(request, due=request.arrival_seconds)

    async with asyncio.TaskGroup() as group:
        while not run.over.is_set():
            request = next(run.requests)
            await wait_over(run, request.arrival_seconds - run.clock())
            if not run.over.is_set():
                group.create_task(visit(request))


async def live(run: Run) -> None:
    """Keeps the load's number of streams going, each paced as it is spoken; they begin spread over the length of a chunk."""
    scale = run.plan.scale

    async def speaker(place: int) -> None:
        await wait_over(run, scale.chunk_seconds * place / scale.load.concurrency)
        while not run.over.is_set():
            await speak(run, await asyncio.to_thread(cut, next(run.requests), scale))

    async with asyncio.TaskGroup() as group:
        for place in range(scale.load.concurrency):
            group.create_task(speaker(place))


def cut(stream: Request, scale: Scale) -> list[tuple[Request, Samples]]:
    """All chunks of a stream."""
    return list(chunks(stream, paced(scale)))


async def speak(run: Run, pieces: list[tuple[Request, Samples]]) -> None:
    """One stream. A chunk is due when its last sample was spoken, and the wait for its transcript counts from then."""
    ends = list(accumulate(len(piece) / SAMPLE_RATE for _, piece in pieces))
    began, task = run.clock(), asyncio.current_task()
    assert task is not None

    async def due(number: int) -> bool:
        await wait_over(run, began + ends[number] - run.clock())
        return not run.over.is_set()

    def begin(request: Request) -> Recording:
        recording = Recording(request=request, sent=began + ends[request.number - pieces[0][0].number])
        run.recordings.append(recording)
        run.sending[request.number] = task
        return recording

    limit = run.plan.scale.request_limit_seconds
    recordings = await converse(run.session, iter(pieces), begin=begin, due=due, clock=run.clock, limit_seconds=limit)
    if any(recording.failure for recording in recordings):
        run.over.set()


LOOPS = {"closed": closed_loop, "open": open_loop, "live": live}


async def measure(run: Run) -> Window:
    """Warms up, opens the window, closes it."""
    tell_phase("warm-up")
    steady = await warm_up(run)
    own = (*run.plan.own, os.getpid())
    before, opened = read_cores(own), run.clock()
    tell_phase("window")
    await wait_over(run, run.plan.window_seconds)
    closed, after = run.clock(), read_cores(own)
    run.over.set()
    return Window(opened=opened, closed=closed, drained=closed, steady=steady, foreign_load=foreign_load(before, after))


async def warm_up(run: Run) -> bool:
    """Load until throughput is steady or the limit is reached; says whether it became steady. Both the least length and the
    distance between two looks are jittered, so the moment at which the window opens cannot be foretold."""
    load, chance = run.plan.scale.load, Random(f"warm-up {run.plan.seed}")
    least = load.warmup_seconds * (1 + _JITTER * chance.random())
    stretch = max(load.warmup_seconds / STRETCHES, _STRETCH_SECONDS) * (1 + _JITTER * chance.random())
    totals = [0]
    while not run.over.is_set() and run.clock() < max(least, load.warmup_limit_seconds):
        await wait_over(run, stretch)
        totals.append(run.received_bytes())
        if run.clock() >= least and is_steady(totals):
            return True
    return False


def abandon(run: Run) -> list[Recording]:
    """Hangs up on the end of the queue: requests that wait for their first byte while no later one has got any. They have no part in
    the window, and a serial server would drain them for minutes. One that was overtaken must be answered."""
    begun = max((recording.sent for recording in run.recordings if recording.reads), default=-math.inf)
    waiting = [one for one in run.recordings if one.sent > begun and one.ended is None and one.failure is None]
    for recording in waiting:
        recording.failure = "the window closed before its first byte, and nothing later was answered"
        run.sending[recording.request.number].cancel()
    return waiting


async def drain(run: Run, traffic: asyncio.Task[None]) -> None:
    """Lets requests in flight end; those that take longer than the limit have failed."""
    tell_phase("drain")
    limit = run.plan.scale.load.drain_limit_seconds
    _, late = await asyncio.wait([traffic], timeout=limit)
    for task in late:
        task.cancel()
        await asyncio.wait([task])
    for recording in run.recordings:
        if recording.ended is None and recording.failure is None:
            recording.failure = f"the answer had not ended {limit:g} s after the window closed"
    if not late:
        traffic.result()


async def wait_over(run: Run, seconds: float) -> None:
    """Waits, but no longer than the load lasts."""
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await run.over.wait()
    except TimeoutError:
        return


def trace(recording: Recording, exchange: Exchange, *, abandoned: bool) -> Trace:
    """What is told of one request."""
    return Trace(request=recording.request, sent=recording.sent, ended=recording.ended, abandoned=abandoned, exchange=exchange)


def tell(line: Value) -> None:
    """One line to whoever asked for the load."""
    print(line.model_dump_json(), flush=True)


def tell_phase(phase: Phase) -> None:
    """A phase begins."""
    tell(Progress(phase=phase))


if __name__ == "__main__":
    die_with_parent()
    asyncio.run(drive(LoadPlan.model_validate_json(sys.stdin.buffer.read())))
