"""What activities are asked and what they answer: one frozen value in, one named result out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from search.composition import Composition
from search.hypothesis import Hypothesis
from search.measurement import Load, Pair
from search.profile import Profile
from search.record import Gate, Record
from search.review import Review
from search.source import Source
from search.spec import Correctness, Spec
from search.standard import Standard
from search.value import Value
from search.verdict import Interval, Rejected


class Setting(Value):
    """What every step of a search needs to know."""

    search: str
    scenario: str
    target: str
    model: str
    correctness: Correctness


class Foundation(Value):
    """What a search stands on once its machine is ready."""

    evaluator: str
    """Digest of the code that judges."""
    device: str
    """Class of the device, for example `AMD EPYC, 2 cores, avx2`."""
    model_digest: str
    margin: float
    """How far a greedy token may lie below the reference's best, in logits."""
    calibration: str = ""
    """Digest of the measurement that the margin follows from: of this model, in this precision."""

    def standard(self) -> Standard:
        """By what is judged on it."""
        return Standard(evaluator=self.evaluator, device=self.device, model_digest=self.model_digest, calibration=self.calibration)

    def facts(self) -> Mapping[str, str]:
        """For the ledger: what the request was resolved to."""
        return {
            "evaluator": self.evaluator,
            "device": self.device,
            "model_digest": self.model_digest,
            "margin": f"{self.margin:.3g}",
            "calibration": self.calibration,
        }


class FoundTask(Value):
    """Create the search in the ledger with the starter as candidate 0."""

    spec: Spec
    foundation: Foundation
    when: datetime


class PlanTask(Value):
    """Choose the next hypothesis from the ledger's records and what is in flight."""

    setting: Setting
    policy: str
    seed: int
    number: int
    in_flight: tuple[Composition, ...]


class Plan(Value):
    """The next hypothesis and the candidate that it starts from; `hypothesis` is None when the space is exhausted."""

    parent: int = 0
    hypothesis: Hypothesis | None = None
    reason: str = "every composition that fits this machine was tried"
    """Why there is none."""


class GenerateTask(Value):
    """Write the candidate that tests a hypothesis, on a branch from its parent."""

    setting: Setting
    number: int
    parent: int
    hypothesis: Hypothesis
    when: datetime


class CopyTask(Value):
    """Put the tree of an earlier candidate on a branch of its own, to be judged again."""

    setting: Setting
    number: int
    copies: int
    when: datetime


class NoteTask(Value):
    """Keep one file in the journal that nothing replaces."""

    setting: Setting
    path: str
    text: str
    message: str
    when: datetime


class HistoriesTask(Value):
    """Export what Temporal knows of a workflow and of all that it began."""

    setting: Setting
    workflow: str
    when: datetime


class RollbackTask(Value):
    """Let an earlier champion reign again, as the review of this number."""

    setting: Setting
    number: int
    """The candidate; 0 is the starter."""
    review: int
    promotions: int
    standard: Standard
    """By what is judged now; a rollback judges nobody."""
    author: str
    why: str
    when: datetime


class RolledBack(Value):
    """What a rollback changed; `refused` says why it changed nothing."""

    review: Review | None = None
    source: Source | None = None
    """Of the champion since then."""
    claim: str = ""
    refused: str = ""


class RetryTask(Value):
    """Find out whether the tree of a candidate may be judged again."""

    setting: Setting
    number: int
    standard: Standard
    """By which it would be judged."""


class Retriable(Value):
    """Its hypothesis; `refused` says why it may not."""

    hypothesis: Hypothesis | None = None
    refused: str = ""


class NoveltyTask(Value):
    """Compare a written tree with those of the search's finished candidates."""

    setting: Setting
    number: int
    source: Source


class Novelty(Value):
    """Whether a tree is new; `rejected` names the earlier candidate that had it."""

    rejected: Rejected | None = None


class CheckTask(Value):
    """Put one source tree through one gate."""

    setting: Setting
    number: int
    source: Source
    seed: int


class GateReport(Value):
    """A gate that ran; `rejected` says why when it was not passed."""

    gate: Gate
    rejected: Rejected | None = None


class PairTask(Value):
    """Measure champion and candidate back to back."""

    setting: Setting
    candidate_number: int
    champion: Source
    candidate: Source
    pair: int
    seed: int
    first: Literal["champion", "candidate"]
    load: Load = "announced"


class ProfileReport(Value):
    """Where the time goes; None when the candidate could not be profiled, with the reason."""

    profile: Profile | None
    reason: str = ""


class RecordTask(Value):
    """Write a finished candidate into the ledger; `promotion` numbers the new champion."""

    setting: Setting
    record: Record
    promotion: int | None
    dethroned: int | None = None
    """The champion until then; None for the first one."""
    when: datetime


class Conclusion(Value):
    """How a search ended, with the champion measured once more directly against the starter on fresh seeds."""

    setting: Setting
    reason: str
    champion: int
    ratio: float
    interval: Interval
    pairs: tuple[Pair, ...]
    candidates: int
    when: datetime
