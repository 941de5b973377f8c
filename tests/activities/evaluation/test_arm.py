"""An arm's figures come from timed answers that were judged."""

import pytest

from activities.evaluation.arm import measure_arm
from activities.evaluation.ground import Ground
from tests.conftest import Start

pytestmark = pytest.mark.alone


async def test_an_honest_arm_has_figures_and_verified_tokens(strict: Ground, start: Start) -> None:
    async with strict.leased() as lease:
        measured = await measure_arm(strict, start("honest_bursts"), seed=4, window_seconds=0.6, lease=lease)
    arm = measured.arm
    assert measured.fault is None
    assert arm.failed == 0
    assert arm.verified_tokens > 0
    assert 0.6 <= arm.window_seconds < 0.9
    assert 0 < arm.ttft_p50 <= arm.ttft_p99 <= arm.latency_p99
    assert arm.warmup_seconds >= strict.scale.load.warmup_seconds
    assert arm.peak_memory_bytes > 1 << 20


async def test_wrong_timed_answers_are_a_mismatch(strict: Ground, start: Start) -> None:
    async with strict.leased() as lease:
        measured = await measure_arm(strict, start("tires_under_load"), seed=4, window_seconds=0.6, lease=lease)
    assert "timed answers are wrong" in (measured.fault or "")
    assert "POST /v1/chat/completions" in measured.evidence
