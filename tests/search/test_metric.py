"""A metric turns its figure into a score of which more is better, and back."""

from search.metric import LATENCY_P50, TOKENS_PER_SECOND


def test_half_the_latency_is_twice_the_score() -> None:
    assert LATENCY_P50.score(0.5) / LATENCY_P50.score(1.0) == 2
    assert LATENCY_P50.amount(LATENCY_P50.score(0.25)) == 0.25


def test_a_throughput_is_its_own_score() -> None:
    assert TOKENS_PER_SECOND.score(181.2) == TOKENS_PER_SECOND.amount(181.2) == 181.2


def test_nothing_measured_scores_nothing() -> None:
    assert LATENCY_P50.score(0.0) == TOKENS_PER_SECOND.score(0.0) == 0


def test_a_metric_says_when_less_is_better() -> None:
    assert str(TOKENS_PER_SECOND) == "output tokens/s"
    assert "less is better" in str(LATENCY_P50)
