"""Int8 products are as near to the exact ones as rounding lets them be."""

import pytest

from tests.skills.native import SKILLS, build, run_script

PARTS = SKILLS / "int8-weights" / "parts"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    return build(PARTS, tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize("threads", [1, 2])
def test_errors_stay_within_what_rounding_allows(built, threads):
    shares = run_script("native_int8.py", PARTS, threads, build=built)
    assert len(shares) > 100
    assert max(shares.values()) <= 1, max(shares, key=shares.get)


def test_random_weights_lose_less_than_a_hundredth(built):
    shares = run_script("native_int8_loss.py", PARTS, 2, build=built)
    assert 0.001 < shares["relative_error"] < 0.01
