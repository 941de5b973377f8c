"""Who reigns after verdicts and reviews."""

from datetime import timedelta

import pytest

from search import succession
from search.review import Retrial, Review
from search.standard import Standard
from search.verdict import Rejected, Verdict
from tests.search.catalog import PASSED, START, measured, record, refused

RECORDS = (
    record(0, PASSED),
    record(1, measured("promoted", 3.0)),
    record(2, refused()),
    record(3, measured("promoted", 1.1), parent=1),
    record(4, measured("undecided", 1.04), parent=3),
    record(5, measured("undecided", 0.9), parent=3),
    record(6, measured("undecided", 1.5, pairs=1), parent=3),
)
CAUGHT = Rejected(stage="tests", reason="it caches answers")


def review(*retrials: tuple[int, bool, Verdict | None], number: int = 1, champion: int = 0, ratio: float = 1.0) -> Review:
    """A second look after all records had ended."""
    when = START + timedelta(hours=number)
    return Review(
        number=number,
        kind="tests",
        why="a test joined the gate",
        author="judge",
        standard=Standard(),
        retrials=tuple(Retrial(number=one, crowned=crowned, verdict=verdict) for one, crowned, verdict in retrials),
        champion_before=3,
        champion=champion,
        ratio=ratio,
        low=ratio,
        high=ratio,
        started=when,
        ended=when,
    )


def numbers(records: object) -> list[int]:
    return [each.number for each in records]  # type: ignore[attr-defined]


def test_without_reviews_the_last_promotion_reigns() -> None:
    assert numbers(succession.succession(RECORDS)) == [0, 1, 3]
    champion = succession.reigning(RECORDS)
    assert champion is not None and champion.number == 3
    assert succession.reigning(()) is None
    assert succession.standing(()) is None


def test_who_is_crowned_later_reigns_whatever_the_numbers_are() -> None:
    late = RECORDS[1].model_copy(update={"ended": START + timedelta(minutes=30)})
    assert numbers(succession.succession((RECORDS[0], late, *RECORDS[2:]))) == [0, 3, 1]


def test_a_demoted_champion_gives_way_to_the_newest_that_survives() -> None:
    caught = review((1, True, None), (3, True, CAUGHT), champion=1, ratio=2.9)
    assert numbers(succession.succession(RECORDS, [caught])) == [0, 1]
    standing = succession.standing(RECORDS, [caught])
    assert standing is not None
    assert (standing.champion, standing.ratio) == (1, 2.9)
    assert {each.number: each.verdict for each in succession.judged(RECORDS, [caught])}[3] == CAUGHT


def test_a_review_may_crown_who_was_undecided_and_a_later_one_may_take_it_back() -> None:
    raised = review((1, True, measured("promoted", 3.0)), (3, True, measured("not_better", 0.9)), (4, False, measured("promoted", 1.2)))
    assert numbers(succession.succession(RECORDS, [raised])) == [0, 1, 4]
    back = review((4, True, CAUGHT), number=2, champion=1)
    assert numbers(succession.succession(RECORDS, [raised, back])) == [0, 1]


def test_the_standing_goes_on_from_the_newest_review() -> None:
    caught = review((3, True, CAUGHT), champion=1, ratio=2.0)
    later = record(7, measured("promoted", 1.5), parent=1).model_copy(update={"ended": START + timedelta(hours=5)})
    standing = succession.standing((*RECORDS, later), [caught])
    assert standing is not None
    assert (standing.champion, standing.ratio) == (7, pytest.approx(3.0))


def test_the_frontier_is_what_is_worth_another_duel() -> None:
    assert numbers(succession.frontier(RECORDS)) == [0, 1, 3, 4]


def test_the_frontier_stays_small_in_a_long_search() -> None:
    many = (RECORDS[0], *(record(n, measured("promoted" if n % 2 else "undecided", 1.01)) for n in range(1, 200)))
    found = succession.frontier(many)
    assert len(found) == 1 + succession.CHAMPIONS_KEPT + succession.UNDECIDED_KEPT
    assert found[0].number == 0
    assert 199 in numbers(found)
