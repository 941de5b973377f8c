"""The gate `conformance` says in words which property of the contract is missing, with the request that shows it."""

from activities.evaluation.conformance import CHECKS, check_conformance, properties
from activities.evaluation.gate import Passed
from activities.evaluation.ground import Ground
from search.verdict import Rejected
from tests.conftest import Start


async def test_an_honest_server_has_every_property(strict: Ground, start: Start) -> None:
    assert await check_conformance(strict, start("honest_bursts"), seed=1) == Passed(
        summary=f"all {len(properties(frozenset())) + 1} properties of the contract hold"
    )


async def test_a_refusal_shows_request_and_answer(strict: Ground, start: Start) -> None:
    outcome = await check_conformance(strict, start("inflated_usage"), seed=2)
    assert isinstance(outcome, Rejected)
    assert outcome.stage == "conformance"
    assert "\n" not in outcome.reason
    assert "POST /v1/completions" in outcome.evidence
    assert "completion_tokens" in outcome.evidence
    assert len(outcome.evidence.encode()) <= 8000


def test_every_property_has_a_name_of_its_own() -> None:
    titles = [one.title for one in CHECKS]
    assert len(set(titles)) == len(titles)
