"""A session's conversation in the journal: one file per message, written before anybody relies on it and never replaced."""

from datetime import datetime

from activities.agents.dialogue import Message
from activities.ledger.ledger import Ledger
from search.source import Source
from search.spending import Spending
from search.value import Value

FOLDER = "sessions"


class Step(Value):
    """One message, and what it brought about."""

    message: Message
    finish: str = ""
    """Of a reply: why it ended."""
    refusal: str = ""
    spending: Spending | None = None
    """What a reply cost."""
    source: Source | None = None
    """The tree after a tool's answer."""
    submission: str = ""
    """What was handed in, as JSON, once it fits."""
    misfit: bool = False
    """Whether a submission did not fit."""


class Transcript:
    """The steps of one session, by their place."""

    def __init__(self, ledger: Ledger, search: str, session: str) -> None:
        """`session` names it within the search, for example `0003-implementer`."""
        self._ledger = ledger
        self._search = search
        self._folder = f"{FOLDER}/{session}/"

    def step(self, place: int) -> Step | None:
        """What stands at a place; None while nothing does."""
        text = self._ledger.journal_text(self._search, self._path(place))
        return None if text is None else Step.model_validate_json(text)

    def steps(self) -> tuple[Step, ...]:
        """All in order."""
        texts = self._ledger.journal_texts(self._search, self._folder)
        return tuple(Step.model_validate_json(texts[path]) for path in sorted(texts))

    def messages(self, before: int) -> tuple[Message, ...]:
        """What was said before a place."""
        return tuple(step.message for step in self.steps()[:before])

    def write(self, place: int, step: Step, *, when: datetime) -> Step:
        """Keep a step; whoever was first at the place is kept, and returned."""
        known = self.step(place)
        if known is not None:
            return known
        text = step.model_dump_json(indent=1) + "\n"
        self._ledger.append(self._search, {self._path(place): text}, message=f"{self._folder.strip('/')}: {place}", when=when)
        return step

    def _path(self, place: int) -> str:
        return f"{self._folder}{place:04d}.json"
