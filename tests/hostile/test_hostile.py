"""No cheat passes the gates and the timed load, each refusal names the effect of the trick, and honest controls pass; the quick form."""

from pathlib import Path

import pytest

from activities.evaluation.ground import Ground
from tests.hostile.expectation import CANDIDATES, Expectation, read_expectations
from tests.hostile.trial import try_candidate

pytestmark = pytest.mark.alone

EXPECTATIONS = read_expectations()
QUICK = [expectation for expectation in EXPECTATIONS if expectation.quick]


def test_every_candidate_of_the_suite_is_expected_to_end_somehow() -> None:
    assert sorted(path.stem for path in CANDIDATES.glob("*.py")) == sorted(expectation.name for expectation in EXPECTATIONS)


@pytest.mark.parametrize("expectation", QUICK, ids=lambda expectation: expectation.name)
async def test_a_candidate_ends_as_it_should(expectation: Expectation, ground: Ground, tmp_path: Path) -> None:
    row = await try_candidate(ground, expectation, into=tmp_path, seed=11)
    assert row.held, f"{row.expected} was due, and it is {row.outcome}: {row.reason}"
