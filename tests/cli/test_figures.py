"""Figures as a person reads them."""

import pytest

from cli.figures import bounds, ratio


@pytest.mark.parametrize(("value", "shown"), [(1.0123, "1.012x"), (3.456, "3.46x"), (0.0000002, "<0.001x"), (661111.39, ">1000x")])
def test_a_ratio_has_as_many_places_as_matter(value: float, shown: str) -> None:
    assert ratio(value) == shown


def test_an_interval_of_two_pairs_does_not_pretend_to_precision() -> None:
    assert bounds(0.0, 64125701.6) == "[<0.001x, >1000x]"
