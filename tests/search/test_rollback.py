"""An earlier champion reigns again, nobody is crowned who did not win, and what was undone can be done again."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.record import Record
from search.review import Review
from search.rollback import NoWayBack, reverse
from search.standard import Standard
from search.succession import reigning, standing, succession
from tests.search.catalog import START
from tests.search.test_succession import CAUGHT, RECORDS, numbers, review


def rolled_back(reviews: list[Review], number: int) -> list[Review]:
    """As the ledger keeps it."""
    reversal = reverse(RECORDS, reviews, number, reason="too large")
    before, when = reigning(RECORDS, reviews), START + timedelta(hours=len(reviews) + 1)
    assert before is not None
    known = reversal.standing
    fresh = Review(
        number=len(reviews) + 1,
        kind="rollback",
        why="too large",
        author="anna",
        standard=Standard(),
        retrials=reversal.retrials,
        champion_before=before.number,
        champion=number,
        ratio=known.ratio,
        low=known.low,
        high=known.high,
        started=when,
        ended=when,
    )
    return [*reviews, fresh]


def champion(reviews: list[Review]) -> Record:
    found = reigning(RECORDS, reviews)
    assert found is not None
    return found


@given(st.lists(st.sampled_from([0, 1, 3]), min_size=1, max_size=6))
@settings(deadline=None, derandomize=True)
def test_whatever_is_undone_in_whatever_order_the_one_that_is_asked_for_reigns_with_its_own_figure(wanted: list[int]) -> None:
    figures = {0: 1.0, 1: 3.0, 3: 3.3}
    reviews: list[Review] = []
    for number in wanted:
        if champion(reviews).number == number:
            with pytest.raises(NoWayBack, match="is the champion already"):
                reverse(RECORDS, reviews, number, reason="")
            continue
        reviews = rolled_back(reviews, number)
        known = standing(RECORDS, reviews)
        assert champion(reviews).number == number
        assert known is not None and known.ratio == pytest.approx(figures[number])


def test_those_after_it_are_demoted_and_those_before_it_stand() -> None:
    reviews = rolled_back([], 1)
    assert numbers(succession(RECORDS, reviews)) == [0, 1]
    assert [(retrial.number, retrial.demoted) for retrial in reviews[0].retrials] == [(3, True)]
    assert reviews[0].sentence() == (
        "review 1, too large; candidate 3 is demoted (rollback: too large); the champion is candidate 1, no longer candidate 3"
    )


@pytest.mark.parametrize(("number", "why"), [(2, "it never won a duel"), (4, "it never won a duel"), (9, "it has no verdict")])
def test_nobody_is_crowned_who_did_not_win(number: int, why: str) -> None:
    with pytest.raises(NoWayBack, match=why):
        reverse(RECORDS, [], number, reason="")


def test_one_that_a_test_caught_does_not_come_back() -> None:
    with pytest.raises(NoWayBack, match=r"it was demoted \(tests: it caches answers\)"):
        reverse(RECORDS, [review((3, True, CAUGHT), champion=1, ratio=3.0)], 3, reason="")
