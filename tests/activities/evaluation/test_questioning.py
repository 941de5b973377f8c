"""A quick server is asked much, a slow one a bounded amount, and a kept beginning gets another end."""

from random import Random

from activities.evaluation.ground import Ground
from activities.evaluation.questioning import CHANGED, FEWEST, MOST, affordable, changed


def test_the_last_round_grows_with_the_speed_and_is_bounded(ground: Ground) -> None:
    counts = [affordable(rate, ground) for rate in (0.0, 10.0, 100.0, 1e6)]
    assert counts[0] == FEWEST
    assert counts[-1] == MOST
    assert counts == sorted(counts)
    assert FEWEST < affordable(100.0, ground) < MOST


def test_a_changed_question_begins_as_an_answered_one_and_ends_otherwise(ground: Ground) -> None:
    asked = ground.scenario.questions(4, ground.scale)
    again = changed(Random(1), asked, ground)
    assert len(again) == CHANGED
    for request in again:
        original = next(one for one in asked if one.number == request.number)
        old, new = original.messages[-1].content, request.messages[-1].content
        assert old != new
        assert old[: len(old) // 3] == new[: len(old) // 3]
