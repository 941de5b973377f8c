"""A screen stops the hopeless and nobody else."""

from activities.evaluation.ground import Ground
from activities.evaluation.screen import screen_candidate
from search.measurement import Pair
from search.verdict import Rejected
from tests.conftest import Start


async def test_a_much_slower_candidate_is_hopeless_unless_the_machine_is_noisy(strict: Ground, start: Start) -> None:
    outcome = await screen_candidate(strict, start("honest_bursts"), start("honest_slow"), seed=5)
    if isinstance(outcome, Rejected):
        assert outcome.stage == "screen"
        assert "hopeless" in outcome.reason
    else:
        assert outcome.void


async def test_an_equal_candidate_passes(strict: Ground, start: Start) -> None:
    launch = start("honest_slow")
    outcome = await screen_candidate(strict, launch, launch, seed=5)
    assert isinstance(outcome, Pair)
