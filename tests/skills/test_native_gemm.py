"""The native products are torch's products, in any shape and on any number of threads."""

import pytest

from tests.skills.native import SKILLS, build, run_script

PARTS = SKILLS / "native-gemm" / "parts"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    return build(PARTS, tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_are_exact_to_rounding_in_every_shape(built, threads):
    errors = run_script("native_products.py", PARTS, threads, build=built)
    assert len(errors) > 180
    assert max(errors.values()) < 1e-6, max(errors, key=errors.get)


def test_an_idle_pool_uses_no_core(built):
    found = run_script("native_idle.py", PARTS, 2, build=built)
    assert found["idle_cpu_seconds"] < 0.2 * found["idle_seconds"]


def test_parts_that_several_recipes_bring_are_the_same_text():
    for name in ("build.py", "native.py", "native/pool.h", "native/pool.cpp", "native/vector.h", "native/matrix.h", "native/attention.h"):
        texts = {path.read_text() for path in SKILLS.glob(f"*/parts/{name}")}
        assert len(texts) == 1, name
