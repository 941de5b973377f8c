"""What a search tells about itself while it runs; `cli.temporal.survey` assembles it from the search and its children."""

from datetime import datetime

from search.record import Gate
from search.value import Value
from search.verdict import Interval


class Spent(Value):
    """One budget: what is used of what is allowed; `limit` is None when nothing limits it."""

    name: str
    unit: str
    used: float
    limit: float | None


class Runner(Value):
    """One candidate in flight."""

    number: int
    claim: str
    stage: str
    """prepare, plan, write, repair, build, conformance, correctness, tests, judge, waiting for its duel, screen, duel, confirm, canary,
    profile, record, analyse, noise, final, review, and within a review rescore: gates and rescore: duel."""
    since: datetime
    gates: tuple[Gate, ...] = ()
    log_ratios: tuple[float, ...] = ()
    """Of the valid pairs so far."""
    pairs_planned: int = 0
    """Pairs after which this look decides."""
    interval: Interval | None = None
    voids: tuple[str, ...] = ()
    """Why pairs counted for nothing and are measured again."""


class Leader(Value):
    """The champion, and how much faster than the starter it is along the chain of confirmed duels."""

    number: int
    claim: str
    ratio: float
    low: float
    high: float


class Event(Value):
    """Something that happened, in words."""

    when: datetime
    text: str


class Progress(Value):
    """The whole search at one moment."""

    search: str
    phase: str
    started: datetime
    ends_by: datetime
    spent: tuple[Spent, ...]
    leader: Leader | None
    runners: tuple[Runner, ...]
    events: tuple[Event, ...]
    """Oldest first, at most 12."""
    finished: bool = False
    outcome: str = ""
