"""What the ledger keeps of one candidate: enough to audit it and to rebuild the search."""

from datetime import datetime

from search.hypothesis import Hypothesis
from search.judgement import Judgement
from search.measurement import Pair
from search.profile import Profile
from search.source import Source
from search.spending import Spending
from search.standard import ScoreKey, Standard
from search.value import Value
from search.verdict import Verdict


class Gate(Value):
    """A gate that ran, how long it took, and what it found in one line."""

    stage: str
    passed: bool
    seconds: float
    summary: str
    seed: int | None = None
    """Of its hidden questions; with it the gate asks the same again."""


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
    model_digest: str = ""
    calibration: str = ""
    against: int | None = None
    """The champion that it duelled; None when it duelled nobody."""
    noise: float | None = None
    """Floor of the machine's noise, as a log-ratio, by which it was judged: of pairs of the starter with itself."""
    seeds: tuple[int, ...] = ()
    started: datetime
    ended: datetime
    device_seconds: float = 0.0
    spending: tuple[Spending, ...] = ()
    """What its planner, its author and its judge cost, by role and model; the analysis of it has its own."""
    judgements: tuple[Judgement, ...] = ()
    """Of the trees that its author handed in and the gates passed; only tests that joined the gate refuse one."""

    @property
    def standard(self) -> Standard:
        """By what it was judged."""
        return Standard(evaluator=self.evaluator, device=self.device, model_digest=self.model_digest, calibration=self.calibration)

    @property
    def score_keys(self) -> tuple[ScoreKey, ...]:
        """What its scores belong to, one key for each pair that counts."""
        valid = (pair for pair in self.pairs if pair.void is None)
        return tuple(ScoreKey(tree=self.source.tree, workload_seed=pair.seed, standard=self.standard) for pair in valid)
