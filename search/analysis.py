"""What an analyst reads from a duel and its profiles: what limits the system now, and what could be tried. It decides nothing."""

from typing import Annotated, Literal

from pydantic import Field

from search.spending import Spending
from search.value import Line, Value

Activity = Literal["active", "inactive", "unknown"]


class Bottleneck(Value):
    """What limits the system."""

    what: Annotated[Line, Field(description="what limits it, for example `attention over a padded cache`")]
    evidence: Annotated[Line, Field(description="the figures of the profile or the duel that show it")]


class Suggestion(Value):
    """What could be tried next."""

    claim: Annotated[Line, Field(description="what would be faster, in one falsifiable sentence")]
    mechanism: Annotated[Line, Field(description="which work is avoided, overlapped or done in a cheaper way")]
    expected_ratio: Annotated[float, Field(gt=0.1, lt=100, description="expected speed over this candidate, at most what its shares allow")]


class Analysis(Value):
    """Of one candidate that was measured."""

    candidate: int
    session: str
    """The transcript, below `sessions/` in the journal."""
    mechanism: Activity = "unknown"
    """Whether the profile shows the candidate's mechanism at work."""
    finding: str = ""
    """What the duel says about the hypothesis."""
    bottlenecks: tuple[Bottleneck, ...] = ()
    """The heaviest first."""
    suggestions: tuple[Suggestion, ...] = ()
    failed: str = ""
    """Why there is none."""
    spending: tuple[Spending, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """For a person or an agent."""
        if self.failed:
            return (f"no analysis: {self.failed}",)
        return (
            f"the mechanism is {self.mechanism}: {self.finding}",
            *(f"bottleneck: {one.what} ({one.evidence})" for one in self.bottlenecks),
            *(f"to try, {one.expected_ratio:.2f}x: {one.claim} ({one.mechanism})" for one in self.suggestions),
        )
