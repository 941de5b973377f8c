"""What is in force follows from the verbs in their order."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from search.spec import Budget
from search.verb import Act, Order, Park, Reopen, Retry, Rollback, Steer, Verb, about, parked, steering
from tests.search.catalog import START


def verbs(*acts: Act) -> tuple[Verb, ...]:
    return tuple(Verb(number=number, when=START, author="anna", act=act) for number, act in enumerate(acts, start=1))


def test_a_claim_is_parked_until_it_is_reopened() -> None:
    told = verbs(Park(claim="a"), Park(claim="b"), Reopen(claim="a"), Park(claim="c"))
    assert parked(told) == ("b", "c")


def test_the_newest_hints_are_told_the_oldest_of_them_first() -> None:
    told = steering(verbs(*(Steer(text=f"hint {number}") for number in range(20))))
    assert (len(told), told[0], told[-1]) == (8, "hint 12", "hint 19")


def test_a_candidate_is_told_what_was_done_about_it_and_its_claim() -> None:
    told = verbs(Rollback(number=3), Retry(number=4), Park(claim="x"), Park(claim="y"), Steer(text="3"))
    assert [verb.number for verb in about(told, 3, claim="y")] == [1, 4]


def test_a_verb_survives_json_as_the_act_that_it_was() -> None:
    for verb in verbs(Park(claim="a"), Retry(number=2)):
        assert Verb.model_validate_json(verb.model_dump_json()) == verb


@pytest.mark.parametrize("fields", [{"author": " "}, {"author": "anna", "why": "x" * 5000}])
def test_an_order_has_an_author_and_no_endless_reason(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate({**fields, "act": {"kind": "stop"}})


def test_a_budget_is_told_in_units() -> None:
    budget = Budget(candidates=3, wall_clock=timedelta(hours=2), device_seconds=60, tokens=5, dollars=0.5)
    assert budget.sentence() == "3 candidates, 2 h, 60 s of the device, 5 tokens, 0.50 dollars"
