"""What most scenarios answer alike; one that differs says so itself."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from scenarios.canary import beside
from scenarios.scenario import Ability, Request, Scale, Tolerance


class Usual:
    """A scenario without predictions, without checks of its own, and with a canary beside its load."""

    scales: ClassVar[Mapping[str, Scale]]
    """By preset; `full` is also that of a real checkpoint."""
    abilities = frozenset[Ability]()
    tolerance = Tolerance(mean_kl=0.03, top1_agreement=0.9, worst_gap=2.0)
    """Between int8 weights (on `small` of `chat`: 0.007 nats, 94.5 %, 0.5 logits) and 4-bit weights (on `tiny`: 0.3, 67 %, 3.5)."""

    def scale(self, preset: str | None) -> Scale:
        """The scale for a preset; a real checkpoint is served as `full` is."""
        return self.scales.get(preset or "full", self.scales["full"])

    def foretell(self, request: Request, answer: Sequence[int]) -> Request:
        """Its requests have no predictions."""
        return request

    def canary(self, seed: int, scale: Scale) -> Scale:
        """Another number of requests at once, with other lengths."""
        return beside(seed, scale)

    def fault(self, request: Request, text: str, finish_reason: str) -> str | None:
        """Nothing beyond the common checks."""
        return None
