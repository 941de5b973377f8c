"""What agents said and did for one candidate: its sessions in short, and one of them step by step."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from activities.agents.transcript import FOLDER, Step
from activities.ledger.ledger import Ledger
from search.spending import Spending, together
from search.value import Value

SESSION = r"[0-9]{4,6}-[a-z]+(-[0-9]+)?"
NAME = re.compile(r"(?P<number>[0-9]+)-(?P<role>[a-z]+)(-(?P<attempt>[0-9]+))?")
SHORT_LINES, SHORT_CHARACTERS = 14, 1200
"""What is longer is folded."""


class Talk(Value):
    """One session."""

    session: str
    role: str
    attempt: int
    steps: tuple[Step, ...]
    spending: tuple[Spending, ...]

    @property
    def handed_in(self) -> str:
        """What came of it last, as JSON; empty when nothing was handed in."""
        return next((step.submission for step in reversed(self.steps) if step.submission), "")


def read_talks(ledger: Ledger, search: str, number: int) -> tuple[Talk, ...]:
    """All sessions about a candidate, the planner's first."""
    texts = ledger.journal_texts(search, f"{FOLDER}/{number:04d}-")
    by_session: dict[str, list[Step]] = {}
    for path in sorted(texts):
        by_session.setdefault(PurePosixPath(path).parent.name, []).append(Step.model_validate_json(texts[path]))
    talks = [_talk(session, steps) for session, steps in by_session.items()]
    order = {"planner": 0, "implementer": 1, "judge": 2, "analyst": 3}
    return tuple(sorted(talks, key=lambda talk: (order.get(talk.role, len(order)), talk.attempt)))


def read_talk(ledger: Ledger, search: str, session: str) -> Talk | None:
    """One session; None when there is none of this name."""
    texts: Mapping[str, str] = ledger.journal_texts(search, f"{FOLDER}/{session}/")
    return _talk(session, [Step.model_validate_json(texts[path]) for path in sorted(texts)]) if texts else None


def is_short(text: str) -> bool:
    """Whether it can stand unfolded."""
    return text.count("\n") < SHORT_LINES and len(text) <= SHORT_CHARACTERS


def arguments(text: str) -> str:
    """A call's arguments, one to a line where they are JSON as they should be."""
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    except ValueError:
        return text


def _talk(session: str, steps: Sequence[Step]) -> Talk:
    named = NAME.fullmatch(session)
    paid = together(step.spending for step in steps if step.spending)
    return Talk(
        session=session,
        role=named["role"] if named else session,
        attempt=int(named["attempt"] or 1) if named else 1,
        steps=tuple(steps),
        spending=paid,
    )
