"""The verdicts at the end of a candidate's branch: the first one, and those of later reviews above it."""

from activities.ledger.errors import LedgerError
from activities.ledger.repository import Repository
from activities.ledger.trailers import Trailers, read_trailers
from search.source import ObjectId
from search.value import Value

CROWNING = ("baseline", "promoted")


class Told(Value):
    """One commit that tells a verdict."""

    commit: ObjectId
    trailers: Trailers


class Ending(Value):
    """What a branch that ends in verdicts consists of."""

    source: ObjectId
    """The last commit that the candidate's author made."""
    verdicts: tuple[Told, ...]
    """The newest first; empty while it has none."""

    @property
    def crowning(self) -> ObjectId | None:
        """The newest verdict that made it a champion; None when none did."""
        return next((told.commit for told in self.verdicts if told.trailers.verdict in CROWNING), None)


def read_ending(repository: Repository, tip: ObjectId) -> Ending:
    """Walks down from the tip of a branch to the source below the verdicts."""
    verdicts: list[Told] = []
    while True:
        text = next(repository.read([tip])).decode(errors="replace")
        trailers = read_trailers(text)
        if trailers is None:
            return Ending(source=tip, verdicts=tuple(verdicts))
        verdicts.append(Told(commit=tip, trailers=trailers))
        tip = _parent(text, tip)


def _parent(text: str, commit: ObjectId) -> ObjectId:
    """Of the raw text of a commit."""
    for line in text.split("\n\n", 1)[0].splitlines():
        if line.startswith("parent "):
            return line.removeprefix("parent ")
    raise LedgerError(f"the verdict {commit[:12]} stands on no source")
