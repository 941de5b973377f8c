"""The native cache attends as exact attention does, whatever is in the batch."""

import pytest

from tests.skills.native import SKILLS, build, run_script

PARTS = SKILLS / "native-attention" / "parts"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    return build(PARTS, tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize("threads", [1, 2])
def test_attention_is_exact_over_prompts_stretches_and_decoding(built, threads):
    errors = run_script("native_attention.py", PARTS, threads, build=built)
    assert len(errors) == 6
    assert max(errors.values()) < 1e-5, errors
