"""A search that has ended is taken up from its ledger, and begins nothing new."""

from datetime import UTC, datetime

from search.review import Retrial
from search.spec import Spec
from search.verdict import Rejected
from tests.search.catalog import START, hypothesis
from tests.search.test_succession import CAUGHT, RECORDS, review
from tests.workflows.conftest import Start
from tests.workflows.judging import Judging
from workflows.restoration import restore
from workflows.state import Outcome

FACTS = {"evaluator": "e" * 64, "device": "scripted", "model_digest": "m" * 64, "margin": "0.01", "calibration": ""}


def test_it_knows_what_the_ledger_knows(spec: Spec) -> None:
    caught = review((3, True, CAUGHT), champion=1, ratio=2.0)
    state = restore(spec, FACTS, RECORDS, reviews=[caught], tests=(), reason="the wall clock is used up", now=START)
    assert state is not None and state.champion is not None and state.standing is not None
    assert (state.champion.number, state.standing.ratio, state.promotions, state.next_number, state.reviews) == (1, 2.0, 2, 7, 1)
    assert state.reason_to_end(START) == "the wall clock is used up"
    assert state.foundation is not None and state.foundation.evaluator == "e" * 64


def test_a_search_without_a_champion_is_not_taken_up(spec: Spec) -> None:
    refused = RECORDS[0].model_copy(update={"verdict": Rejected(stage="build", reason="no compiler"), "hypothesis": hypothesis()})
    assert restore(spec, FACTS, (refused,), reviews=(), tests=(), reason="", now=START) is None


async def test_an_ended_search_judges_again_and_ends_for_the_same_reason(start: Start, spec: Spec) -> None:
    first = Judging({0: 10.0, 1: 20.0, 2: 40.0})
    async with start(first, spec) as search:
        ended = await search.result()
    assert isinstance(ended, Outcome)
    state = restore(spec, FACTS, tuple(first.records.values()), reviews=(), tests=(), reason=ended.reason, now=datetime.now(UTC))
    assert state is not None
    later = Judging({0: 10.0, 1: 20.0, 2: 40.0, 3: 80.0})
    later.records, later.evaluator = first.records, "f" * 64
    async with start(later, state) as search:
        outcome = await search.result()
    assert isinstance(outcome, Outcome)
    assert (outcome.champion, outcome.reason) == (2, ended.reason)
    assert [each.stands for each in later.reviews[0].retrials] == [True, True, True]
    assert later.ran["plan 3"] == 0
    assert isinstance(later.reviews[0].retrials[0], Retrial)
    assert later.founded == []
