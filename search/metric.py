"""What a duel compares: one figure of an arm, its unit, and whether more or less of it is better."""

from typing import Literal

from search.value import Value

Figure = Literal["tokens_per_second", "latency_p50", "request_tokens_per_second_p50"]
"""Fields of an arm that a scenario can be won by."""


class Metric(Value):
    """A figure with its direction. A score is the figure turned so that more is better, so that a ratio above 1 is always a gain."""

    figure: Figure
    name: str
    unit: str
    better: Literal["more", "less"] = "more"

    def __str__(self) -> str:
        return self.name if self.better == "more" else f"{self.name}, less is better"

    def score(self, amount: float) -> float:
        """The score of an amount; 0 where nothing was measured."""
        if self.better == "more":
            return amount
        return 1 / amount if amount > 0 else 0.0

    def amount(self, score: float) -> float:
        """What a score was made of."""
        return self.score(score)

    def words(self, score: float) -> str:
        """The amount behind a score, without its unit."""
        return f"{self.amount(score):.1f}" if self.better == "more" else f"{self.amount(score):.4f}"


TOKENS_PER_SECOND = Metric(figure="tokens_per_second", name="output tokens/s", unit="tokens/s")
LATENCY_P50 = Metric(figure="latency_p50", name="median end-to-end latency", unit="s", better="less")
REQUEST_TOKENS_PER_SECOND = Metric(figure="request_tokens_per_second_p50", name="median output tokens/s of a request", unit="tokens/s")
