"""A canary is a load clearly beside the announced one that the same model can still serve."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.canary import FEWER, MORE, beside, in_words
from scenarios.registry import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("preset", ["tiny", "small", "full"])
@settings(max_examples=20)
@given(seed=st.integers(0, 2**48))
def test_a_canary_is_beside_the_announced_load_and_fits(name: str, preset: str, seed: int) -> None:
    scenario = SCENARIOS[name]
    announced = scenario.scale(preset)
    canary = scenario.canary(seed, announced)
    assert canary == scenario.canary(seed, announced)
    assert canary.load.concurrency != announced.load.concurrency or announced.load.concurrency == 1
    assert canary.load.window_seconds == announced.load.window_seconds
    for old, new in ((announced.prompt_tokens, canary.prompt_tokens), (announced.output_tokens, canary.output_tokens)):
        assert new.minimum <= new.median <= new.maximum
        factor = new.median / old.median
        assert FEWER[0] <= factor <= MORE[1]
    assert canary.prompt_tokens.maximum + canary.output_tokens.maximum < announced.context_tokens
    assert str(canary.load.concurrency) in in_words(canary)


def test_different_seeds_give_different_canaries() -> None:
    announced = SCENARIOS["chat"].scale("small")
    assert len({in_words(beside(seed, announced)) for seed in range(20)}) > 15
