"""Student's t agrees with scipy's over the degrees and tails that a duel uses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from search import student

FREEDOM = st.integers(min_value=1, max_value=60)


@given(FREEDOM, st.floats(min_value=-50, max_value=50))
@settings(deadline=None, derandomize=True)
def test_probability_agrees_with_scipy(freedom: int, t: float) -> None:
    assert student.cumulative(t, freedom=freedom) == pytest.approx(float(special.stdtr(freedom, t)), abs=1e-10)


@given(FREEDOM, st.floats(min_value=1e-5, max_value=1 - 1e-5))
@settings(deadline=None, derandomize=True)
def test_quantile_inverts_the_probability(freedom: int, probability: float) -> None:
    assert student.cumulative(student.quantile(probability, freedom=freedom), freedom=freedom) == pytest.approx(probability, abs=1e-10)
