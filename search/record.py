"""What the ledger keeps of one candidate: enough to audit it and to rebuild the search."""

from datetime import datetime

from search.hypothesis import Hypothesis
from search.measurement import Pair
from search.profile import Profile
from search.source import Source
from search.spending import Spending
from search.value import Value
from search.verdict import Verdict


class Gate(Value):
    """A gate that ran, how long it took, and what it found in one line."""

    stage: str
    passed: bool
    seconds: float
    summary: str


class Record(Value):
    """One finished candidate."""

    number: int
    parent: int | None
    source: Source
    hypothesis: Hypothesis
    verdict: Verdict
    gates: tuple[Gate, ...] = ()
    pairs: tuple[Pair, ...] = ()
    """The duel's, then the confirmation's."""
    confirming_pairs: int = 0
    """How many of the last pairs belong to the confirmation."""
    profile: Profile | None = None
    evaluator: str = ""
    """Digest of the code that judged."""
    device: str = ""
    seeds: tuple[int, ...] = ()
    started: datetime
    ended: datetime
    device_seconds: float = 0.0
    spending: tuple[Spending, ...] = ()
    """What its planner and its author cost, by role and model."""
