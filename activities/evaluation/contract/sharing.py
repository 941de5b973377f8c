"""Properties of many clients at once: everyone gets the own answer, and who leaves holds up nobody."""

import asyncio

from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import TOKENS, Probe

_CLIENTS = 6
_LEAVERS = 3
_LONG = 6 * TOKENS


async def concurrent_requests_get_their_own_answers(probe: Probe) -> None:
    """Requests of different kinds and lengths at once, each judged for itself."""
    requests = [
        (probe.chat if number % 2 else probe.completion)(stream=number % 3 > 0, max_tokens=TOKENS + 3 * number)
        for number in range(_CLIENTS)
    ]
    answered = await asyncio.gather(*(probe.ask(request) for request in requests))
    await probe.right(answered, reason="among concurrent requests an answer is wrong")


async def clients_that_leave_hold_up_nobody(probe: Probe) -> None:
    """Answers that nobody waits for any more are dropped, and the next request is served."""
    await asyncio.gather(*(probe.leave(probe.chat(stream=True, max_tokens=_LONG)) for _ in range(_LEAVERS)))
    answered = await probe.ask(probe.chat(stream=True))
    await probe.right([answered], reason="after clients have left an answer is wrong")


CHECKS: tuple[Check, ...] = tuple(map(check, (concurrent_requests_get_their_own_answers, clients_that_leave_hold_up_nobody)))
