"""How a gate ends: passed with a summary, or rejected with a reason and evidence that fits a record."""

import asyncio

from activities.evaluation.server import Server, ServerFailed
from search.value import Value
from search.verdict import Rejected

_EVIDENCE_BYTES = 8000
_ENDING_SECONDS = 0.5
_LOOK_SECONDS = 0.02


class Passed(Value):
    """The candidate has what the gate asks for."""

    summary: str


def rejected(stage: str, reason: str, evidence: str = "") -> Rejected:
    """A refusal whose evidence is cut to what a record holds."""
    clipped = evidence.encode()[:_EVIDENCE_BYTES].decode(errors="ignore")
    return Rejected(stage=stage, reason=one_line(reason), evidence=clipped)


def server_failed(stage: str, failed: ServerFailed) -> Rejected:
    """A refusal because the server did not serve."""
    return rejected(stage, f"the server {failed.reason}", failed.log)


async def ending(server: Server) -> str | None:
    """How the server ended, once something failed; its end is known a moment later than its connections break."""
    left = _ENDING_SECONDS
    while server.gone() is None and left > 0:
        await asyncio.sleep(_LOOK_SECONDS)
        left -= _LOOK_SECONDS
    return server.gone()


def one_line(text: str) -> str:
    """Any text as one printable line of at most 400 characters."""
    return "".join(character if character.isprintable() else " " for character in text)[:400]
