"""Timed answers are drawn without replacement, and those that earn more of a score are drawn oftener."""

from collections import Counter

from activities.evaluation.sampling import drawn


def test_a_sample_has_no_answer_twice_and_no_more_than_there_are() -> None:
    assert sorted(drawn("abc", [1, 5, 2], most=12)) == ["a", "b", "c"]
    assert len(set(drawn(range(100), [3] * 100, most=12))) == 12
    assert drawn([], [], most=12) == []


def test_an_answer_of_ten_times_the_tokens_is_drawn_about_ten_times_as_often() -> None:
    counted = Counter(drawn(["long", "short"], [10, 1], most=1)[0] for _ in range(4000))
    assert 7 < counted["long"] / counted["short"] < 14
