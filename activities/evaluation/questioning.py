"""Which hidden questions a server is asked, in rounds: all ways to ask at once, then alone, then as the timed load asks.

The first round is the same for everyone. How fast it was answered says how many questions of the timed load's own form follow: a quick
engine, which has most room to cheat, is asked most; a slow starter is asked a few, so that the gate's cost stays bounded.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby, islice
from random import Random

from aiohttp import ClientSession

from activities.evaluation.answers import Answered
from activities.evaluation.client import ask, connected
from activities.evaluation.foretelling import foretell
from activities.evaluation.ground import Ground
from activities.evaluation.server import Server
from activities.evaluation.verification import Bounded
from models.words import Writer
from scenarios.scenario import Message, Request

AGAIN, CHANGED = 1, 4
"""How many answered questions are asked again alone, and how many with another end."""
CHANGED_TOKENS = 12
FEWEST, MOST = 3, 32
"""Questions of the timed load's form."""
SAMPLED_EVERY, SAMPLED_TOKENS = 4, 96
_ALTERNATIVES = 20
_WORDS = 6


async def question(server: Server, ground: Ground, *, seed: int) -> list[Answered]:
    """Asks all rounds; the same questions follow from the same seed, but for how many of the last round are asked."""
    random = Random(f"rounds {seed}")
    first = [_informative(ground, request) for request in ground.scenario.questions(seed, ground.scale)]
    async with connected(server.socket) as session:
        ground.say(f"asking {len(first)} hidden questions at once")
        began = time.monotonic()
        answered = [
            one for _, asked in groupby(first, lambda request: request.round) for one in await _together(session, ground, list(asked))
        ]
        rate = sum(len(one.exchange.token_ids) for one in answered) / max(time.monotonic() - began, 1e-3)
        if any(one.exchange.fault for one in answered):
            return answered
        for request in (*random.sample(first, AGAIN), *changed(random, first, ground)):
            answered.append(await _one(session, ground, request))
        requests = islice(ground.scenario.requests(random.getrandbits(48), ground.scale), affordable(rate, ground))
        requests = await foretell(ground, tuple(requests))
        loads = [sampled(random, request) if number % SAMPLED_EVERY == 0 else request for number, request in enumerate(requests)]
        ground.say(f"asking {len(loads)} more as the load asks")
        return [*answered, *await _together(session, ground, loads)]


def changed(random: Random, asked: Sequence[Request], ground: Ground) -> list[Request]:
    """Conversations that were answered, with another end: a state that is kept by its beginning alone answers the old question."""
    writer = Writer(random, distinct_words=ground.scale.distinct_words)
    chats = [one for one in asked if one.messages and one.max_tokens > 1 and one.temperature == 0]
    return [_changed(one, writer.text(_WORDS)) for one in random.sample(chats, min(CHANGED, len(chats)))]


def sampled(random: Random, request: Request) -> Request:
    """As long and as narrow that sampling otherwise shows over a few answers."""
    drawing = {"temperature": 0.7 + 0.6 * random.random(), "top_p": 0.7 + 0.25 * random.random(), "seed": random.getrandbits(31)}
    return request.model_copy(update=drawing | {"max_tokens": SAMPLED_TOKENS})


def affordable(rate: float, ground: Ground) -> int:
    """Questions of the load's form that a server of `rate` tokens per second answers in the scenario's time."""
    return max(FEWEST, min(MOST, round(rate * ground.scale.question_seconds / ground.scale.output_tokens.median)))


def _changed(request: Request, end: str) -> Request:
    last = request.messages[-1]
    words = last.content.split(" ")
    content = " ".join([*words[: max(len(words) - len(end.split(" ")), 1)], end])
    messages = (*request.messages[:-1], Message(role=last.role, content=content))
    return request.model_copy(update={"messages": messages, "max_tokens": CHANGED_TOKENS, "stop": ()})


def _informative(ground: Ground, request: Request) -> Request:
    """Under a bounded policy greedy answers come with log-probabilities, so that their distance can be told; under a schema there may be
    fewer tokens to choose from than alternatives."""
    if isinstance(ground.policy, Bounded) and request.temperature == 0 and request.json_schema is None:
        return request.model_copy(update={"logprobs": _ALTERNATIVES})
    return request


async def _together(session: ClientSession, ground: Ground, requests: Sequence[Request]) -> list[Answered]:
    return list(await asyncio.gather(*(_one(session, ground, request) for request in requests)))


async def _one(session: ClientSession, ground: Ground, request: Request) -> Answered:
    return Answered(request, (await ask(session, request, limit_seconds=ground.scale.request_limit_seconds)).exchange())
