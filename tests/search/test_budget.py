"""Spending is counted exactly once, whatever is repeated, and its record stays small."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.budget import NOTHING, Account, Allowance, Cost, allowance, amend, close, deadline, exhausted, overdrawn, reserve, rest, settle
from search.spec import Budget
from tests.search.catalog import START

BUDGET = Budget(candidates=3, wall_clock=timedelta(minutes=10), device_seconds=100)
NEW = Account(budget=BUDGET, started=START)
STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["begin", "screen", "pair/1", "pair/2"]), st.integers(0, 40)),
    max_size=12,
    unique_by=lambda step: step[:2],
)


def spend(account: Account, step: tuple[int, str, int], *, times: int = 1) -> Account:
    """Reserves and settles one step, each as often as asked."""
    candidate, name, seconds = step
    for _ in range(times):
        account = reserve(account, candidate, name, Cost(device_seconds=seconds + 5))
    for _ in range(times):
        account = settle(account, candidate, name, Cost(device_seconds=seconds))
    return account


@given(STEPS, st.integers(1, 3))
@settings(deadline=None, derandomize=True)
def test_repeating_a_step_changes_nothing(steps: list[tuple[int, str, int]], times: int) -> None:
    account = NEW
    for step in steps:
        account = spend(account, step, times=times)
    assert account.spent() == account.committed() == Cost(device_seconds=sum(seconds for *_, seconds in steps))


@given(STEPS, st.randoms(use_true_random=False))
@settings(deadline=None, derandomize=True)
def test_replaying_everything_after_closing_changes_nothing(steps: list[tuple[int, str, int]], chance: random.Random) -> None:
    account = NEW
    for step in steps:
        account = spend(account, step)
    numbers = sorted({candidate for candidate, *_ in steps})
    chance.shuffle(numbers)
    for candidate in numbers:
        account = close(close(account, candidate), candidate)
    again = account
    for step in steps:
        again = spend(again, step)
    assert again == account
    assert account.spent() == Cost(device_seconds=sum(seconds for *_, seconds in steps))


def test_a_reservation_counts_until_its_step_is_settled() -> None:
    held = reserve(NEW, 1, "pair/1", Cost(device_seconds=60))
    assert (held.committed().device_seconds, held.spent().device_seconds) == (60, 0)
    settled = settle(held, 1, "pair/1", Cost(device_seconds=70))
    assert (settled.committed().device_seconds, settled.spent().device_seconds) == (70, 70)


def test_closing_returns_what_was_reserved_and_not_used() -> None:
    held = settle(reserve(NEW, 1, "pair/1", Cost(device_seconds=60)), 1, "screen", Cost(device_seconds=5))
    assert close(held, 1).committed() == Cost(device_seconds=5)


def test_the_account_does_not_grow_with_finished_candidates() -> None:
    account = NEW
    for number in range(500):
        account = close(spend(account, (number, "pair/1", 1)), number)
    assert len(account.model_dump_json()) < 400
    assert account.spent().device_seconds == 500


def test_the_account_survives_json() -> None:
    account = close(reserve(spend(NEW, (4, "screen", 3)), 7, "begin", Cost(candidates=1)), 4)
    assert Account.model_validate_json(account.model_dump_json()) == account


def test_candidates_run_out_while_the_last_one_still_runs() -> None:
    account = NEW
    for number in (1, 2, 3):
        assert exhausted(account, now=START, need=Cost(candidates=1)) is None
        account = reserve(account, number, "begin", Cost(candidates=1))
    assert exhausted(account, now=START, need=Cost(candidates=1)) == "all 3 candidates are used up"
    assert exhausted(account, now=START) == "all 3 candidates are used up"


@pytest.mark.parametrize(
    ("minutes", "longest", "reason"),
    [
        (9.9, timedelta(), None),
        (10, timedelta(), "the wall clock of 10 min is used up"),
        (8, timedelta(minutes=3), "the wall clock of 10 min has no room for another candidate"),
        (7, timedelta(minutes=3), None),
    ],
)
def test_the_wall_clock_ends_a_search(minutes: float, longest: timedelta, reason: str | None) -> None:
    assert exhausted(NEW, now=START + timedelta(minutes=minutes), longest=longest) == reason


def test_device_time_is_refused_before_it_is_overdrawn() -> None:
    account = spend(NEW, (1, "pair/1", 90))
    assert exhausted(account, now=START, need=Cost(device_seconds=10)) is None
    assert exhausted(account, now=START, need=Cost(device_seconds=11)) == "the device time of 100 s is used up"


def test_a_larger_budget_opens_the_search_again() -> None:
    account = spend(NEW, (1, "pair/1", 100))
    assert exhausted(account, now=START)
    larger = amend(account, BUDGET.model_copy(update={"device_seconds": 200, "wall_clock": timedelta(hours=1)}))
    assert exhausted(larger, now=START) is None
    assert deadline(larger) == START + timedelta(hours=1)
    assert NEW.spent() == NOTHING


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 100))
def test_an_empty_search_with_tokens_left_may_always_begin_another(limit: int, used: int, slots: int) -> None:
    budget = Budget(candidates=9, wall_clock=timedelta(hours=1), tokens=limit)
    account = settle(Account(budget=budget, started=START), 1, "plan", Cost(tokens=used))
    over = exhausted(account, now=START, need=Cost(candidates=1)) is not None
    assert allowance(account, slots).used_up() == over


@given(st.integers(1, 10**6), st.integers(1, 10))
def test_what_is_set_aside_for_all_slots_never_exceeds_what_is_left(limit: int, slots: int) -> None:
    account = Account(budget=Budget(candidates=99, wall_clock=timedelta(hours=1), tokens=limit, dollars=limit / 100), started=START)
    for number in range(1, slots + 1):
        account = reserve(account, number, "candidate", allowance(account, slots - number + 1).reserve())
    assert account.committed().tokens <= limit
    assert account.committed().dollars <= limit / 100 * (1 + 1e-9)
    assert exhausted(account, now=START, need=Cost(candidates=1)) is None, "most of it returns"


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_time_at_rest_is_no_part_of_the_wall_clock(idle: int, later: int) -> None:
    rested = rest(NEW, timedelta(seconds=idle))
    now = START + timedelta(seconds=later)
    assert (exhausted(rested, now=now + timedelta(seconds=idle)) is None) == (exhausted(NEW, now=now) is None)
    assert rested.spent() == NEW.spent()


@given(STEPS, st.integers(1, 5), st.integers(0, 400), st.integers(0, 3600))
@settings(deadline=None, derandomize=True)
def test_a_budget_is_overdrawn_exactly_where_it_lies_below_what_is_spent(
    steps: list[tuple[int, str, int]], candidates: int, seconds: int, elapsed: int
) -> None:
    account = NEW
    for step in steps:
        account = spend(account, step)
    budget = Budget(candidates=candidates, wall_clock=timedelta(seconds=1800), device_seconds=seconds)
    below = account.spent().device_seconds > seconds or elapsed > 1800
    assert bool(overdrawn(account, budget, now=START + timedelta(seconds=elapsed))) == below


def test_an_allowance_is_parted_and_spent_and_never_below_nothing() -> None:
    whole = Allowance(tokens=1000, dollars=2.0)
    assert whole.part(0.8) == Allowance(tokens=800, dollars=1.6)
    assert whole.less(tokens=300, dollars=0.5) == Allowance(tokens=700, dollars=1.5)
    assert whole.less(tokens=2000, dollars=3.0).used_up()
    assert Allowance().part(0.5).less(tokens=10, dollars=1.0) == Allowance()
