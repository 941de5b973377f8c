"""A win is bought when a figure is beyond its limit and clearly worse than the champion's."""

import pytest
from pydantic import ValidationError

from search.canary import canary_standing
from search.measurement import Arm, Objectives, Pair
from search.objective import broken_objective
from search.screening import screen

OBJECTIVES = Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.1, peak_memory_bytes=1000)


def arm(**changes: float) -> Arm:
    """A fine arm."""
    zeros = {name: 0 for name in Arm.model_fields if not name.endswith("_quantiles")}
    return Arm.model_validate({**zeros, "mismatch": None, "score": 10.0, **changes})


def pair(candidate: Arm, champion: Arm | None = None, void: str | None = None) -> Pair:
    """One pair of a duel."""
    champion = champion or arm()
    return Pair(number=1, seed=1, first="champion", champion=champion, candidate=candidate, device="", objectives=OBJECTIVES, void=void)


@pytest.mark.parametrize(
    ("figure", "limit", "words"), [("ttft_p99", 1.0, "p99 TTFT"), ("tpot_p99", 0.1, "p99 TPOT"), ("peak_memory_bytes", 1000, "peak memory")]
)
def test_beyond_the_limit_nothing_may_get_clearly_worse(figure: str, limit: float, words: str) -> None:
    within, beyond, far = (arm(**{figure: int(scale * limit) if limit > 1 else scale * limit}) for scale in (0.9, 1.5, 3.0))
    assert broken_objective([pair(within)]) is None
    assert words in (broken_objective([pair(beyond)]) or "")
    assert broken_objective([pair(beyond, champion=far)]) is None
    assert broken_objective([pair(far, champion=far)]) is None
    assert words in (broken_objective([pair(far, champion=beyond)]) or "")


def test_one_bad_window_of_three_breaks_nothing_and_void_ones_count_for_nothing() -> None:
    bad, fine = pair(arm(ttft_p99=9.0)), pair(arm(ttft_p99=0.5))
    assert broken_objective([fine, bad, fine]) is None
    assert broken_objective([bad, bad, fine]) is not None
    assert broken_objective([pair(arm(ttft_p99=9.0), void="foreign load"), fine]) is None
    assert broken_objective([]) is None


def test_only_a_hopeless_first_pair_stops_a_duel() -> None:
    assert screen(pair(arm(score=7.1))) is None
    refused = screen(pair(arm(score=6.9)))
    assert refused is not None
    assert refused.stage == "screen"


def test_a_canary_without_a_loss_settles_at_once_and_a_loss_takes_three() -> None:
    assert canary_standing([], 0.0) == "continue"
    assert canary_standing([0.001], 0.0) == "holds"
    assert canary_standing([-0.2], 0.0) == canary_standing([-0.2, 0.1], 0.0) == "continue"
    assert canary_standing([-0.2, 0.1, 0.1], 0.0) == "holds"
    assert canary_standing([-0.2, -0.1, 0.1], 0.0) == "loses"
    assert canary_standing([-0.2, -0.1, 0.1], 0.06) == "holds"


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -1.0])
def test_a_figure_that_is_no_number_is_no_figure(score: float) -> None:
    with pytest.raises(ValidationError):
        arm(score=score)


def test_a_pair_without_two_scores_never_counts() -> None:
    assert pair(arm(score=0.0), void="the champion failed").void
    with pytest.raises(ValidationError, match="two scores above zero"):
        pair(arm(score=0.0))
