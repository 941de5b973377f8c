"""The quick part of `python -m tests.chaos`: a small search, struck where most is at stake."""

from pathlib import Path

import pytest

from tests.chaos.ordeal import live, suffer

WORST = frozenset({"search: record", "duel: measure_pair 2", "implementer: reply"})


@pytest.mark.chaos
@pytest.mark.timeout(120)
async def test_a_search_that_loses_server_and_worker_before_an_acknowledgement_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    plain = await live(tmp_path / "plain", candidates=1)
    hurt = await suffer(tmp_path / "hurt", plain, "effect", "both", only=WORST, candidates=1)
    assert sum(blow.again for blow in hurt.blows) == len(WORST), "what was not acknowledged is done once more"
