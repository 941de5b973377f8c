"""A falsifiable claim about what would be faster and why."""

from search.composition import Composition
from search.value import Value


class Hypothesis(Value):
    """What a candidate tests. `composition` is present when recipes write it, absent when an agent does."""

    claim: str
    mechanism: str
    evidence: str
    """What in the profile or the history speaks for it."""
    activation: str = ""
    """What shows, once it is built, that the mechanism is at work: a counter, a profile's share, a log line."""
    falsifier: str
    """What measurement would show it wrong."""
    expected_log_gain: float
    composition: Composition | None = None
