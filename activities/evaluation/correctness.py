"""The gate `correctness`: hidden questions to a fresh server, together and alone, judged by the reference."""

import asyncio
from collections.abc import Sequence
from random import Random

from aiohttp import ClientSession

from activities.evaluation.answers import Answered, Findings, judge
from activities.evaluation.client import ask, connected
from activities.evaluation.gate import Passed, ending, rejected, server_failed
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch, Server, ServerFailed, serving
from activities.evaluation.verification import Bounded
from scenarios.scenario import Request
from search.verdict import Rejected

STAGE = "correctness"
_ALONE_SHARE = 0.1
_ALTERNATIVES = 20
_SHOWN = 3


async def check_correctness(ground: Ground, launch: Launch, *, seed: int) -> Passed | Rejected:
    """Asks all questions at once and a tenth of them again alone; the same questions follow from the same seed."""
    questions = [_informative(ground, question) for question in ground.scenario.questions(seed, ground.scale)]
    alone = Random(f"alone {seed}").sample(questions, max(1, round(len(questions) * _ALONE_SHARE)))
    async with ground.leased() as lease:
        try:
            async with serving(launch, runs=ground.home.runs, lease=lease) as server:
                ground.say(f"asking {len(questions)} hidden questions, {len(alone)} of them again alone")
                answered = await _ask(server, ground, together=questions, alone=alone)
                failed = any(one.exchange.fault for one in answered)
                gone, log = await ending(server) if failed else None, server.log_tail(2000)
        except ServerFailed as failed:
            return server_failed(STAGE, failed)
        if gone:
            return rejected(STAGE, f"the server {gone} while it answered", log)
        ground.say("the reference judges the answers")
        return _conclude(await judge(ground, answered, ground.policy), answered, log)


def _informative(ground: Ground, question: Request) -> Request:
    """Under a bounded policy greedy answers come with log-probabilities, so that their distance can be told."""
    if isinstance(ground.policy, Bounded) and question.temperature == 0:
        return question.model_copy(update={"logprobs": _ALTERNATIVES})
    return question


async def _ask(server: Server, ground: Ground, *, together: Sequence[Request], alone: Sequence[Request]) -> list[Answered]:
    limit = ground.scale.request_limit_seconds

    async def one(session: ClientSession, request: Request) -> Answered:
        return Answered(request, (await ask(session, request, limit_seconds=limit)).exchange())

    async with connected(server.socket) as session:
        batch = await asyncio.gather(*(one(session, request) for request in together))
        return [*batch, *[await one(session, request) for request in alone]]


def _conclude(findings: Findings, answered: Sequence[Answered], log: str) -> Passed | Rejected:
    if not findings.wrong:
        return Passed(summary=f"{len(answered)} answers with {findings.tokens} tokens agree with the reference")
    reason = f"{len(findings.wrong)} of {len(answered)} answers are wrong: {findings.wrong[0].reason}"
    shown = "\n".join(finding.evidence for finding in findings.wrong[:_SHOWN])
    return rejected(STAGE, reason, f"{shown}\nlog: {log}")
