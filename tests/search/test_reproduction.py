"""Honest repetitions agree, other speeds do not, and a claim must follow from the new pairs alone."""

import random

import pytest

from search.reproduction import compare

SPREAD = 0.02


def drawn(chance: random.Random, gain: float, count: int) -> list[float]:
    return [chance.gauss(gain, SPREAD) for _ in range(count)]


@pytest.mark.parametrize("pairs", [3, 10, 20])
def test_of_a_hundred_honest_repetitions_about_one_is_called_a_disagreement(pairs: int) -> None:
    chance = random.Random(pairs)
    found = [compare(drawn(chance, 0.5, pairs), drawn(chance, 0.5, pairs), "promoted").holds for _ in range(2000)]
    assert 0.98 <= sum(found) / len(found) <= 0.998


def test_a_gain_that_is_not_there_is_seen() -> None:
    chance = random.Random(1)
    assert not any(compare(drawn(chance, 0.5, 3), drawn(chance, 0.0, 3), "promoted").holds for _ in range(200))


def test_the_visible_difference_is_what_would_be_called_one() -> None:
    chance = random.Random(2)
    recorded, again = drawn(chance, 0.5, 10), drawn(chance, 0.5, 10)
    found = compare(recorded, again, "promoted")
    shift = 1.02 * (found.visible + abs(sum(again) / 10 - sum(recorded) / 10))
    assert found.holds
    assert not compare(recorded, [ratio + shift for ratio in again], "promoted").holds


def test_a_tiny_difference_is_none_however_exact_the_pairs_are() -> None:
    assert compare([0.2, 0.2001, 0.2], [0.205, 0.2051, 0.205], "promoted").holds


def test_a_promotion_must_be_seen_again_in_the_new_pairs() -> None:
    found = compare([0.02, 0.05, 0.03], [-0.05, 0.06, 0.01], "promoted")
    assert not found.holds
    assert "do not show that it is faster" in found.reason


def test_who_was_not_better_must_not_be_clearly_better_now() -> None:
    assert compare([0.0, 0.01, -0.01], [0.0, 0.005, -0.01], "not_better").holds
    found = compare([-0.2, 0.3, 0.0, 0.1], [0.1, 0.101, 0.1, 0.1005], "not_better")
    assert not found.holds
    assert "was not better" in found.reason


def test_one_pair_says_nothing() -> None:
    with pytest.raises(ValueError, match="at least 2 pairs"):
        compare([0.1], [0.1, 0.2], "promoted")
