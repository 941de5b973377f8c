"""How a gate ends: passed with a summary, or rejected with a reason and evidence that fits a record."""

from activities.evaluation.server import ServerFailed
from search.value import Value
from search.verdict import Rejected

_EVIDENCE_BYTES = 8000


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


def one_line(text: str) -> str:
    """Any text as one printable line of at most 400 characters."""
    return "".join(character if character.isprintable() else " " for character in text)[:400]
