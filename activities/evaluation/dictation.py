"""Hidden streams of speech for the correctness gate: at once and alone, in even chunks and in uneven ones, as fast as they are taken."""

import asyncio
import time
from collections.abc import Iterator
from random import Random

from aiohttp import ClientSession

from activities.evaluation.answers import Answered
from activities.evaluation.client import Recording, connected
from activities.evaluation.ground import Ground
from activities.evaluation.realtime import converse, understood
from activities.evaluation.server import Server
from scenarios.scenario import Request
from scenarios.streaming_asr.workload import chunks, paced, uneven


async def dictate(server: Server, ground: Ground, *, seed: int) -> list[Answered]:
    """Every partial transcript of every stream."""
    random, scale = Random(f"dictation {seed}"), ground.scale
    streams = ground.scenario.questions(seed, scale)
    sizes = [paced(scale) if place % 2 else uneven(random, scale) for place in range(len(streams))]
    ground.say(f"dictating {len(streams)} hidden streams at once")
    async with connected(server.socket) as session:
        told = await asyncio.gather(*(hear(session, ground, *each) for each in zip(streams, sizes, strict=True)))
        alone = await hear(session, ground, random.choice(streams), uneven(random, scale))
    return [one for answered in (*told, alone) for one in answered]


async def hear(session: ClientSession, ground: Ground, stream: Request, sizes: Iterator[int]) -> list[Answered]:
    """One stream, each chunk sent as soon as the one before it."""

    async def now(_: int) -> bool:
        await asyncio.sleep(0)
        return True

    def begin(request: Request) -> Recording:
        return Recording(request=request, sent=time.perf_counter())

    pieces = await asyncio.to_thread(lambda: list(chunks(stream, sizes)))
    limit = ground.scale.request_limit_seconds
    recordings = await converse(session, iter(pieces), begin=begin, due=now, clock=time.perf_counter, limit_seconds=limit)
    return [Answered(recording.request, understood(recording)) for recording in recordings]
