"""Int8 products are as near to the exact ones as rounding lets them be."""

from pathlib import Path

import pytest

from tests.skills.native import built, run_script


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("int8-weights", tmp_path_factory.mktemp("parts"))


@pytest.mark.parametrize("threads", [1, 2])
def test_errors_stay_within_what_rounding_allows(parts: Path, threads: int) -> None:
    shares = run_script("native_int8.py", parts, threads=threads)
    assert len(shares) > 100
    assert max(shares.values()) <= 1, max(shares, key=shares.get)


def test_random_weights_lose_less_than_a_hundredth(parts: Path) -> None:
    shares = run_script("native_int8_loss.py", parts, threads=2)
    assert 0.001 < shares["relative_error"] < 0.01
