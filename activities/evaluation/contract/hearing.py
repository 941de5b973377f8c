"""Properties of servers that hear: transcripts of what was appended, each for its own client, and bad events refused without harm."""

import asyncio
import json
from collections.abc import Iterator

from aiohttp import ClientError, WSMsgType
from pydantic import JsonValue

from activities.evaluation.answers import Answered, find_fault
from activities.evaluation.contract.answering import health_answers_200
from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import Probe, Violation
from activities.evaluation.contract.refusing import unknown_paths_are_not_found
from activities.evaluation.dictation import hear
from activities.evaluation.realtime import PATH, append
from activities.evaluation.wire import read_refusal
from scenarios.streaming_asr.workload import chunks, paced, uneven

_CLIENTS = 3
_APPEND = "input_audio_buffer.append"
_BAD: tuple[JsonValue, ...] = (
    "no object",
    {"type": _APPEND},
    {"type": "nothing.known", "audio": "AAAA", "max_tokens": 3},
    {"type": _APPEND, "audio": "%%%", "max_tokens": 3},
    {"type": _APPEND, "audio": "AAA=", "max_tokens": 3},
    {"type": _APPEND, "audio": "", "max_tokens": 0},
)


async def a_stream_is_transcribed_in_even_chunks(probe: Probe) -> None:
    """Each transcript is that of all audio so far."""
    await probe.right(await _stream(probe, paced(probe.ground.scale)), reason="a transcript is wrong")


async def a_stream_is_transcribed_in_uneven_chunks(probe: Probe) -> None:
    """From one frame on: what clients append has nothing to do with what a model takes at once."""
    await probe.right(await _stream(probe, uneven(probe.random, probe.ground.scale)), reason="a transcript is wrong")


async def streams_get_their_own_transcripts(probe: Probe) -> None:
    """Several clients at once."""
    told = await asyncio.gather(*(_stream(probe, paced(probe.ground.scale)) for _ in range(_CLIENTS)))
    await probe.right([one for answered in told for one in answered], reason="among streams at once a transcript is wrong")


async def bad_events_are_refused_and_the_stream_goes_on(probe: Probe) -> None:
    """An error event for each, and then a transcript."""
    request = probe.ground.scenario.questions(probe.random.getrandbits(31), probe.ground.scale)[0]
    asked, piece = next(chunks(request, paced(probe.ground.scale)))
    try:
        async with asyncio.timeout(probe.limit_seconds), probe.session.ws_connect(PATH) as socket:
            for event in (*map(json.dumps, _BAD), "{"):
                await socket.send_str(event)
                answer = await socket.receive()
                if answer.type is not WSMsgType.TEXT or read_refusal(answer.data.encode()) is None:
                    raise Violation("a bad event is not answered by an error event", f"{event}\n-> {answer.data!r:.300}\n")
            await socket.send_str(append(piece, asked.max_tokens))
            answer = await socket.receive()
            if answer.type is not WSMsgType.TEXT or "transcript.delta" not in answer.data:
                raise Violation("after bad events a stream is not transcribed", f"-> {answer.data!r:.300}\n")
    except (ClientError, OSError, TimeoutError) as problem:
        raise Violation(f"no answer to a bad event: {problem or type(problem).__name__}") from problem


async def clients_that_leave_hold_up_nobody(probe: Probe) -> None:
    """Streams that end in the middle are forgotten."""
    for _ in range(_CLIENTS):
        request = probe.ground.scenario.questions(probe.random.getrandbits(31), probe.ground.scale)[0]
        asked, piece = next(chunks(request, paced(probe.ground.scale)))
        try:
            async with probe.session.ws_connect(PATH) as socket:
                await socket.send_str(append(piece, asked.max_tokens))
        except (ClientError, OSError) as problem:
            raise Violation(f"no stream to leave: {problem or type(problem).__name__}") from problem
    await probe.right(await _stream(probe, paced(probe.ground.scale)), reason="after clients have left a transcript is wrong")


async def _stream(probe: Probe, sizes: Iterator[int]) -> list[Answered]:
    """One fresh stream; violated when a transcript is not well formed."""
    request = probe.ground.scenario.questions(probe.random.getrandbits(31), probe.ground.scale)[0]
    answered = await hear(probe.session, probe.ground, request, sizes)
    for one in answered:
        finding = find_fault(probe.ground, one)
        if finding:
            raise Violation(finding.reason, finding.evidence)
    return answered


CHECKS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            health_answers_200,
            a_stream_is_transcribed_in_even_chunks,
            a_stream_is_transcribed_in_uneven_chunks,
            streams_get_their_own_transcripts,
            bad_events_are_refused_and_the_stream_goes_on,
            clients_that_leave_hold_up_nobody,
            unknown_paths_are_not_found,
        ),
    )
)
