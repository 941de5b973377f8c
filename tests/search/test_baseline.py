"""A baseline differs from its search in the policy alone, and both are shown by what they had reached after equal numbers of candidates."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from search.baseline import baseline_spec, curve
from search.spec import Budget, Spec
from tests.made import make_spec
from tests.search.catalog import PASSED, measured, record, refused

SPEC = make_spec(
    policy="evolve", parallel=2, baseline="random", budget=Budget(candidates=8, wall_clock=timedelta(hours=1), device_seconds=600.0)
)


def test_only_policy_and_name_differ() -> None:
    following = baseline_spec(SPEC)
    assert following is not None
    assert (following.name, following.policy) == ("first-baseline-random", "random")
    assert (following.baseline, following.baseline_of) == (None, "first")
    differing = {name for name in Spec.model_fields if getattr(following, name) != getattr(SPEC, name)}
    assert differing == {"name", "policy", "baseline", "baseline_of"}


def test_a_baseline_has_none_itself() -> None:
    following = baseline_spec(SPEC)
    assert following is not None and baseline_spec(following) is None


def test_a_name_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValidationError, match="name"):
        baseline_spec(SPEC.model_copy(update={"name": "a" * 30}))


def test_the_curve_counts_candidates_in_the_order_in_which_they_ended() -> None:
    records = (record(0, PASSED), record(1, measured("promoted", 2.0)), record(2, refused()), record(3, measured("promoted", 1.5)))
    told = curve(SPEC, (records[3], records[1], records[0], records[2]))
    assert told.ratios == (2.0, 2.0, 3.0)
    assert [told.after(count) for count in (0, 1, 3, 4)] == [None, 2.0, 3.0, None]


def test_a_search_whose_starter_still_runs_has_no_curve() -> None:
    assert curve(SPEC, ()).ratios == ()
