"""A profile bounds what a recipe may gain, but never hides a batching engine from a serial server."""

import math

import pytest

from search.policy.headroom import bounded, headroom
from search.profile import Share
from search.recipe import Slot
from tests.search.catalog import STARTER_PROFILE, recipe

SAMPLER = recipe("sampler", Slot.DECODING, 2.0, attacks=(Share.SAMPLING,))
BATCHING = recipe("batching", Slot.SCHEDULER, 4.0, attacks=(Share.WAITING,))


def test_amdahl_bounds_a_recipe_by_its_share() -> None:
    assert headroom(SAMPLER, STARTER_PROFILE) == pytest.approx(math.log(1 / 0.97))


def test_a_quarter_of_the_expected_gain_always_remains() -> None:
    assert bounded(math.log(2.0), SAMPLER, STARTER_PROFILE) == pytest.approx(math.log(2.0) / 4)


@pytest.mark.parametrize("mean_batch", [0, 1.0])
def test_batching_is_unbounded_on_a_serial_server(mean_batch: float) -> None:
    serial = STARTER_PROFILE.model_copy(update={"mean_batch": mean_batch})
    assert bounded(math.log(4.0), BATCHING, serial) == math.log(4.0)


def test_on_a_batching_server_the_queue_is_the_room() -> None:
    batching = STARTER_PROFILE.model_copy(update={"mean_batch": 6.0, "queue_share": 0.2})
    assert headroom(BATCHING, batching) == pytest.approx(math.log(1 / 0.8))


def test_no_profile_no_bound_and_losses_stay_losses() -> None:
    assert bounded(0.5, SAMPLER, None) == 0.5
    assert bounded(-0.5, SAMPLER, STARTER_PROFILE) == -0.5
    assert headroom(recipe("plain", Slot.FRONT, 2.0), STARTER_PROFILE) is None
