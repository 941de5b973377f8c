"""The native cache attends as exact attention does, whatever is in the batch."""

from pathlib import Path

import pytest

from tests.skills.native import built, run_script


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("native-attention", tmp_path_factory.mktemp("parts"))


@pytest.mark.parametrize("threads", [1, 2])
def test_attention_is_exact_over_prompts_stretches_and_decoding(parts: Path, threads: int) -> None:
    errors = run_script("native_attention.py", parts, threads=threads)
    assert len(errors) == 6
    assert max(errors.values()) < 1e-5, errors
