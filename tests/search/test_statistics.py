"""A duel's decisions: sound intervals, spent errors, early stops, confirmation."""

import math
import random
import statistics
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.statistics import (
    Decision,
    LookPlan,
    conclude,
    confirm,
    confirming_pairs,
    interval,
    look,
    noise_floor,
    settle,
)
from search.verdict import Interval

PLAN = LookPlan()
RATIOS = st.lists(st.floats(min_value=-2, max_value=2), min_size=2, max_size=24)
LEVELS = st.floats(min_value=0.5, max_value=0.998)


def heavy_tailed(chance: random.Random, deviation: float) -> float:
    """Student's t with 3 degrees of freedom, scaled to `deviation`."""
    squares = math.fsum(chance.gauss(0, 1) ** 2 for _ in range(3))
    return deviation * chance.gauss(0, 1) / math.sqrt(squares)


def duel(chance: random.Random, *, ratio: float, deviation: float, noise: float) -> tuple[Decision, list[float]]:
    """A whole duel under heavy-tailed noise."""
    logs: list[float] = []
    decision = None
    while decision is None or decision.outcome == "continue":
        logs.append(math.log(ratio) + heavy_tailed(chance, deviation))
        decision = look(logs, PLAN, noise) if len(logs) > 1 else None
    return decision, logs


def won(ratio: float, *, spread: float) -> Decision:
    """A duel of three pairs won at `ratio`, with this standard deviation."""
    bounds = Interval(low=ratio * 0.97, high=ratio * 1.03, level=0.99)
    logs = (math.log(ratio) - spread, math.log(ratio), math.log(ratio) + spread)
    return Decision(outcome="better", ratio=ratio, interval=bounds, pairs=3, reason="", log_ratios=logs)


@given(RATIOS, LEVELS)
@settings(deadline=None, derandomize=True)
def test_interval_holds_the_median(logs: list[float], level: float) -> None:
    bounds = interval(logs, level)
    assert math.log(bounds.low) - 1e-9 <= statistics.median(logs) <= math.log(bounds.high) + 1e-9


@given(RATIOS, LEVELS)
@settings(deadline=None, derandomize=True)
def test_exchanging_champion_and_candidate_mirrors_the_interval(logs: list[float], level: float) -> None:
    forth, back = interval(logs, level), interval([-ratio for ratio in logs], level)
    assert math.log(forth.low) == pytest.approx(-math.log(back.high), abs=1e-9)


@given(RATIOS, LEVELS, LEVELS)
@settings(deadline=None, derandomize=True)
def test_more_confidence_never_narrows_the_interval(logs: list[float], one: float, other: float) -> None:
    narrow, wide = interval(logs, min(one, other)), interval(logs, max(one, other))
    assert wide.low <= narrow.low and narrow.high <= wide.high


@given(st.lists(st.floats(min_value=-2, max_value=2), min_size=10, max_size=14), st.floats(1e-5, 0.4), st.floats(1e-5, 0.4))
@settings(deadline=None, derandomize=True)
def test_more_confidence_never_narrows_the_interval_where_ranks_end(logs: list[float], one: float, other: float) -> None:
    narrow, wide = interval(logs, 1 - 2 * max(one, other)), interval(logs, 1 - 2 * min(one, other))
    assert wide.low <= narrow.low and narrow.high <= wide.high


@given(RATIOS, st.floats(min_value=-1, max_value=1))
@settings(deadline=None, derandomize=True)
def test_a_common_factor_shifts_the_interval(logs: list[float], shift: float) -> None:
    before, moved = interval(logs, 0.9), interval([ratio + shift for ratio in logs], 0.9)
    assert math.log(moved.low) == pytest.approx(math.log(before.low) + shift, abs=1e-9)


@pytest.mark.parametrize("logs", [[], [0.1]])
def test_an_interval_needs_two_pairs(logs: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 2 pairs"):
        interval(logs, 0.9)


@pytest.mark.parametrize("poison", [math.nan, math.inf, -math.inf])
def test_a_poisoned_ratio_is_refused_rather_than_judged(poison: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        look([0.5, 0.5, poison], PLAN, 0.0)


@given(st.lists(st.integers(min_value=2, max_value=200), min_size=1, max_size=6, unique=True).map(sorted), st.floats(0.001, 0.2))
@settings(deadline=None, derandomize=True)
def test_all_looks_together_spend_exactly_alpha(looks: list[int], alpha: float) -> None:
    plan = LookPlan(looks=tuple(looks), alpha=alpha)
    assert math.fsum(plan.spent(pairs) for pairs in looks) == pytest.approx(alpha)


@pytest.mark.parametrize("looks", [(), (10, 3), (3, 3)])
def test_looks_ascend(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        LookPlan(looks=looks)


def test_between_two_looks_nothing_is_decided() -> None:
    clear = [1.6, 1.61, 1.59, 1.6, 1.6]
    assert [look(clear[:pairs], PLAN, 0.0).outcome for pairs in (2, 4, 5)] == ["continue"] * 3


def test_a_fivefold_gain_is_settled_in_three_noisy_pairs() -> None:
    decision = look([math.log(5.0 * factor) for factor in (0.95, 1.05, 1.0)], PLAN, 0.02)
    assert (decision.outcome, decision.pairs) == ("better", 3)
    assert decision.ratio == pytest.approx(5.0)


@pytest.mark.parametrize("ratio", [0.5, 0.9])
def test_a_slower_candidate_is_let_go_at_the_first_look(ratio: float) -> None:
    assert look([math.log(ratio * factor) for factor in (0.99, 1.01, 1.0)], PLAN, 0.0).outcome == "not_better"


def test_a_gain_below_the_machines_noise_is_not_claimed() -> None:
    logs = [0.02, 0.021, 0.019]
    assert look(logs, PLAN, 0.0).outcome == "better"
    assert look(logs, PLAN, 0.015).outcome == "not_better"


@given(st.lists(st.floats(min_value=-1, max_value=1), min_size=20, max_size=30), st.floats(min_value=0, max_value=0.05))
@settings(deadline=None, derandomize=True)
def test_the_last_look_always_decides(logs: list[float], noise: float) -> None:
    assert look(logs, PLAN, noise).outcome != "continue"


@given(st.lists(st.floats(min_value=-1, max_value=1), min_size=2, max_size=30))
@settings(deadline=None, derandomize=True)
def test_a_duel_cut_short_is_never_won(logs: list[float]) -> None:
    assert settle(logs, PLAN, 0.0, reason="the time is over").outcome in ("not_better", "undecided")


def test_hardly_any_of_many_null_candidates_is_called_better() -> None:
    chance = random.Random(20260101)
    outcomes = [duel(chance, ratio=1.0, deviation=deviation, noise=0.0)[0] for deviation in (0.02, 0.05, 0.08) for _ in range(100)]
    assert sum(decision.outcome == "better" for decision in outcomes) <= 3
    assert statistics.fmean(decision.pairs for decision in outcomes) < 9


def test_five_percent_is_found_nine_times_in_ten() -> None:
    chance = random.Random(20260102)
    found = [duel(chance, ratio=1.05, deviation=0.03, noise=0.003)[0].outcome for _ in range(100)]
    assert found.count("better") >= 90


def test_a_promotion_survives_its_confirmation_nine_times_in_ten() -> None:
    chance, held = random.Random(20260103), list[bool]()
    for _ in range(100):
        decision, _ = duel(chance, ratio=1.08, deviation=0.03, noise=0.003)
        if decision.outcome == "better":
            again = [math.log(1.08) + heavy_tailed(chance, 0.03) for _ in range(confirming_pairs(decision))]
            held.append(confirm(decision, again, PLAN, 0.003).holds)
    assert len(held) > 90 and sum(held) >= 0.9 * len(held)


def test_confirming_takes_more_pairs_for_smaller_and_noisier_gains() -> None:
    wins = [won(5.0, spread=0.05), won(1.12, spread=0.06), won(1.05, spread=0.03)]
    assert [confirming_pairs(win) for win in wins] == [3, 4, 8]


@pytest.mark.parametrize(
    ("logs", "kind"),
    [
        ([0.5, 0.52], "promoted"),
        ([0.005, 0.006, 0.005], "not_better"),
        ([-0.1, -0.2, 0.1], "not_better"),
        ([0.9, 0.02, 0.011], "undecided"),
    ],
)
def test_held_out_pairs_must_repeat_the_gain(logs: Sequence[float], kind: str) -> None:
    decision = won(1.6, spread=0.02)
    confirmation = confirm(decision, logs, PLAN, 0.005)
    assert (confirmation.kind, confirmation.holds) == (kind, kind == "promoted")
    verdict = conclude(decision, confirmation)
    assert (verdict.kind, verdict.ratio, verdict.confirmed_ratio) == (kind, 1.6, confirmation.ratio)


@given(st.lists(st.floats(min_value=-1, max_value=1), min_size=3, max_size=8))
@settings(deadline=None, derandomize=True)
def test_no_duel_however_lucky_outweighs_held_out_pairs_without_a_gain(logs: list[float]) -> None:
    lucky = won(5.0, spread=0.001)
    assert not confirm(lucky, [min(ratio, 0.009) for ratio in logs], PLAN, 0.0).holds


def test_held_out_pairs_and_duel_together_must_be_surer_than_the_duel_alone() -> None:
    assert confirm(won(1.3, spread=0.01), [0.2, 0.25, 0.3], PLAN, 0.0).kind == "promoted"
    assert confirm(won(1.3, spread=0.01), [0.02, 0.03, 0.3], PLAN, 0.0).kind == "undecided"


def test_a_lost_duel_concludes_without_confirmation_and_a_won_one_does_not() -> None:
    assert conclude(look([-0.5, -0.51, -0.5], PLAN, 0.0)).kind == "not_better"
    with pytest.raises(ValueError, match="'better'"):
        conclude(won(1.5, spread=0.01))


def test_noise_floor_counts_bias_and_shrinks_with_no_evidence() -> None:
    assert noise_floor([]) == 0.0
    assert noise_floor([0.05, 0.05]) == noise_floor([0.05, -0.05]) > noise_floor([0.01, -0.01]) > 0
    assert noise_floor([0.03] * 40) == pytest.approx(0.03 / math.sqrt(20), rel=0.03)
