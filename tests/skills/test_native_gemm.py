"""The native products are torch's products, in any shape and on any number of threads."""

from pathlib import Path

import pytest

from tests.skills.native import built, run_script


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("native-gemm", tmp_path_factory.mktemp("parts"))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_are_exact_to_rounding_in_every_shape(parts: Path, threads: int) -> None:
    errors = run_script("native_products.py", parts, threads=threads)
    assert len(errors) > 180
    assert max(errors.values()) < 1e-6, max(errors, key=errors.get)


def test_an_idle_pool_uses_no_core(parts: Path) -> None:
    found = run_script("native_idle.py", parts, threads=2)
    assert found["idle_cpu_seconds"] < 0.2 * found["idle_seconds"]
