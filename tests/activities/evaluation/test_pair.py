"""A pair blames the candidate for its own faults only."""

import pytest

from activities.evaluation.arm import Measured, spoiled_arm
from activities.evaluation.ground import Ground
from activities.evaluation.pair import FOREIGN_SHARE, Side, measure_pair, void_reason
from search.measurement import Arm, Pair
from search.verdict import Rejected
from tests.conftest import Start

pytestmark = pytest.mark.alone


def arm(**changes: float) -> Arm:
    """A fine arm."""
    return spoiled_arm("").model_copy(update={"score": 100.0, "mismatch": None, **changes})


async def test_a_pair_measures_both_sides_with_the_same_requests(strict: Ground, start: Start) -> None:
    pair = await measure_pair(strict, start("honest_bursts"), start("honest_slow"), number=1, seed=8, first="candidate")
    assert isinstance(pair, Pair)
    assert (pair.number, pair.seed, pair.first) == (1, 8, "candidate")
    assert pair.device == strict.target.fingerprint().device_class
    assert min(pair.champion.verified_tokens, pair.candidate.verified_tokens) > 0
    assert pair.log_ratio < 0
    assert pair.void is None or "cores" in pair.void or "throughput rose" in pair.void


async def test_a_candidate_that_cheats_under_load_is_rejected(strict: Ground, start: Start) -> None:
    outcome = await measure_pair(strict, start("honest_bursts"), start("tires_under_load"), number=1, seed=8, first="candidate")
    assert isinstance(outcome, Rejected)
    assert outcome.stage == "duel"
    assert "timed answers are wrong" in outcome.reason


async def test_a_champion_that_fails_voids_the_pair(strict: Ground, start: Start) -> None:
    outcome = await measure_pair(strict, start("crashes_at_start"), start("honest_bursts"), number=1, seed=8, first="champion")
    assert isinstance(outcome, Pair)
    assert "the champion failed: the server exited with code 1" in (outcome.void or "")


async def test_a_candidate_that_does_not_start_is_rejected_in_any_order(strict: Ground, start: Start) -> None:
    outcome = await measure_pair(strict, start("honest_bursts"), start("crashes_at_start"), number=1, seed=8, first="candidate")
    assert isinstance(outcome, Rejected)
    assert "no kernel image" in outcome.reason


async def test_a_change_of_the_evaluator_voids_the_pair_and_blames_nobody(
    strict: Ground, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = iter(("before", "after"))
    monkeypatch.setattr("activities.evaluation.pair.evaluator_digest", lambda _: next(digests))
    outcome = await measure_pair(strict, start("honest_bursts"), start("crashes_at_start"), number=1, seed=8, first="candidate")
    assert isinstance(outcome, Pair)
    assert outcome.void == "the evaluator's files changed during the pair"


@pytest.mark.parametrize("side", ["champion", "candidate"])
def test_foreign_load_and_leaps_void_a_pair_on_either_side(side: Side) -> None:
    other: Side = "candidate" if side == "champion" else "champion"
    fine = {other: Measured(arm=arm())}
    assert void_reason({**fine, side: Measured(arm=arm(foreign_load=FOREIGN_SHARE))}) is None
    assert "others used 20% of the cores" in (void_reason({**fine, side: Measured(arm=arm(foreign_load=0.2))}) or "")
    assert "throughput rose" in (void_reason({**fine, side: Measured(arm=arm(), doubt="throughput rose 2-fold")}) or "")
