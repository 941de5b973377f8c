"""A rival's arm has honest figures, and says how far its answers are the reference's."""

from pathlib import Path

import pytest

from activities.evaluation.ground import Ground
from activities.evaluation.rivals.arm import RivalArm, RivalFailed, measure_rival
from activities.evaluation.rivals.declaration import Entrant
from activities.evaluation.rivals.preparation import Prepared, prepare
from tests.activities.evaluation.rivals.conftest import TEXT_ONLY, Declare


async def measure(ground: Ground, entrant: Entrant, folder: Path) -> RivalArm:
    """One short arm."""
    prepared = await prepare(ground, entrant, folder)
    assert isinstance(prepared, Prepared)
    async with ground.leased() as lease:
        return await measure_rival(ground, prepared, seed=6, window_seconds=0.6, lease=lease)


async def test_an_honest_rival_is_verified_by_its_token_ids(strict: Ground, declare: Declare, tmp_path: Path) -> None:
    measured = await measure(strict, declare("honest"), tmp_path)
    assert measured.agreement.verified
    assert measured.arm.verified_tokens == measured.agreement.tokens > 0
    assert measured.arm.tokens_per_second > 0
    assert measured.arm.ttft_p50 > 0
    assert measured.arm.peak_memory_bytes > 1 << 20


async def test_an_honest_rival_without_token_ids_is_verified_by_its_text(strict: Ground, declare: Declare, tmp_path: Path) -> None:
    measured = await measure(strict, declare("honest", asking=TEXT_ONLY), tmp_path)
    assert measured.agreement.verified
    assert measured.agreement.counted == measured.agreement.tokens > 0


@pytest.mark.parametrize("text_only", [False, True])
async def test_wrong_answers_are_measured_and_said_to_be_wrong(strict: Ground, declare: Declare, tmp_path: Path, text_only: bool) -> None:
    entrant = declare("canned", asking=TEXT_ONLY) if text_only else declare("canned")
    measured = await measure(strict, entrant, tmp_path)
    assert measured.arm.tokens_per_second > 0
    assert measured.arm.verified_tokens == 0
    assert not measured.agreement.verified
    assert not measured.agreement.recognisable


async def test_a_rival_that_dies_at_its_start_has_failed_with_its_own_words(strict: Ground, declare: Declare, tmp_path: Path) -> None:
    with pytest.raises(RivalFailed, match="it ended with code 1: RuntimeError: this engine has no fuel"):
        await measure(strict, declare("dies"), tmp_path)


async def test_a_rival_that_is_never_ready_has_failed_after_its_time(strict: Ground, declare: Declare, tmp_path: Path) -> None:
    with pytest.raises(RivalFailed, match=r"it did not answer GET /health within 0\.5 s"):
        await measure(strict, declare("hangs", start_limit_seconds=0.5), tmp_path)


async def test_refused_requests_are_told_with_the_rivals_words(strict: Ground, declare: Declare, tmp_path: Path) -> None:
    asking = TEXT_ONLY.model_copy(update={"add": {"max_tokens": -1}})
    with pytest.raises(RivalFailed, match="requests failed: status 400"):
        await measure(strict, declare("honest", asking=asking), tmp_path)
