"""The gate `correctness` believes the reference alone."""

from activities.evaluation.correctness import check_correctness
from activities.evaluation.gate import Passed
from activities.evaluation.ground import Ground
from search.verdict import Rejected
from tests.conftest import Start


async def test_right_answers_pass(strict: Ground, start: Start) -> None:
    outcome = await check_correctness(strict, start("honest_bursts"), seed=3)
    assert isinstance(outcome, Passed)
    assert "agree with the reference" in outcome.summary


async def test_wrong_tokens_are_shown_where_they_begin(strict: Ground, start: Start) -> None:
    outcome = await check_correctness(strict, start("fewer_layers"), seed=3)
    assert isinstance(outcome, Rejected)
    assert "answers are wrong" in outcome.reason
    assert "logits" in outcome.evidence
    assert "POST /v1/" in outcome.evidence


async def test_a_server_that_ends_meanwhile_is_the_reason(strict: Ground, start: Start) -> None:
    outcome = await check_correctness(strict, start("crashes_when_asked"), seed=3)
    assert isinstance(outcome, Rejected)
    assert "exited with code 3" in outcome.reason
