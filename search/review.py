"""A second look at candidates that were judged before: by another evaluator, or by a test that joined the gate since."""

from datetime import datetime
from typing import Literal

from search.measurement import Pair
from search.record import Gate
from search.standard import Standard
from search.value import Value
from search.verdict import Baseline, Measured, Rejected, Verdict


class Retrial(Value):
    """One candidate judged again. Its record stays as it was."""

    number: int
    crowned: bool
    """Whether it had been a champion until then."""
    verdict: Verdict | None = None
    """The new one; None when the earlier one stands."""
    against: int | None = None
    """Whom it duelled."""
    gates: tuple[Gate, ...] = ()
    pairs: tuple[Pair, ...] = ()
    """The duel's, then the confirmation's."""
    confirming_pairs: int = 0

    @property
    def stands(self) -> bool:
        """Whether it counts as a champion from now on."""
        match self.verdict:
            case None:
                return self.crowned
            case Baseline():
                return True
            case Measured(kind=kind):
                return kind == "promoted"
            case Rejected():
                return False

    @property
    def demoted(self) -> bool:
        """Whether it loses the crown that it had."""
        return self.crowned and not self.stands

    @property
    def raised(self) -> bool:
        """Whether it wins the crown that it never had."""
        return self.stands and not self.crowned


class Review(Value):
    """What was judged again, why, and who is the champion now."""

    number: int
    kind: Literal["rescore", "tests", "rollback"]
    why: str
    author: str
    standard: Standard
    """By which it was judged."""
    tests: tuple[str, ...] = ()
    """Names of the gate's tests at that time."""
    retrials: tuple[Retrial, ...] = ()
    champion_before: int
    champion: int
    ratio: float
    """The champion against the starter, with its interval: newly measured where anything changed."""
    low: float
    high: float
    pairs: tuple[Pair, ...] = ()
    """Of the champion with the starter, where they met directly."""
    noise: float | None = None
    """The new floor of the machine's noise, as a log-ratio; None when it was not measured anew."""
    started: datetime
    ended: datetime
    device_seconds: float = 0.0

    def sentence(self) -> str:
        """In one line."""
        demoted = [f"candidate {retrial.number} is demoted ({_reason(retrial)})" for retrial in self.retrials if retrial.demoted]
        raised = [f"candidate {retrial.number} is promoted" for retrial in self.retrials if retrial.raised]
        if self.champion != self.champion_before:
            crowned = f"the champion is candidate {self.champion}, no longer candidate {self.champion_before}"
        else:
            crowned = f"candidate {self.champion} stays the champion"
        return "; ".join([f"review {self.number}, {self.why}", *demoted, *raised, crowned])


def _reason(retrial: Retrial) -> str:
    match retrial.verdict:
        case Rejected(stage=stage, reason=reason):
            return f"{stage}: {reason}"
        case Measured(kind=kind, reason=reason):
            return f"{kind.replace('_', ' ')}: {reason}" if reason else kind.replace("_", " ")
        case _:
            return ""
