"""No cheat passes the gates and the timed load, each refusal names the effect of the trick, and honest controls pass."""

import re
from dataclasses import replace

import pytest

from activities.evaluation.ground import Ground
from activities.evaluation.verdicts import evaluate_candidate
from tests.conftest import HOSTILE, Assemble

CHEATS = {
    "canned_text": ("conformance", "prompt_token_ids|usage|object|decode"),
    "caches_by_length": ("conformance|correctness", "below the reference's"),
    "constant_output": ("conformance", "below the reference's"),
    "crashes_at_start": ("conformance", "exited with code 1: RuntimeError: no kernel image is available"),
    "crashes_when_asked": ("conformance", "exited with code 3"),
    "eats_memory": ("conformance", "used more than 700 MiB of memory"),
    "fewer_layers": ("conformance|correctness", "below the reference's"),
    "hangs_at_start": ("conformance", "did not answer GET /health within 4 s"),
    "ignores_sampling": ("conformance", "seeds at temperature 1.5 all give the same answer"),
    "ignores_sigterm": ("conformance", "did not stop within 5 s of SIGTERM"),
    "ignores_stop": ("conformance", "stop"),
    "inflated_usage": ("conformance", "usage says"),
    "mixes_up_requests": ("conformance|correctness", "below the reference's"),
    "pads_token_ids": ("conformance", "tokens"),
    "runs_long": ("conformance", "max_tokens|tokens"),
    "stops_early": ("conformance", "tokens"),
    "streams_without_end": ("conformance", "longer than"),
    "tires_under_load": ("correctness|measure", "below the reference's"),
}
PATIENCE_SECONDS = {"hangs_at_start": 4.0}
HONEST = ("honest_bursts", "honest_slow")


def test_every_candidate_of_the_suite_is_expected_to_end_somehow() -> None:
    assert sorted(path.stem for path in (HOSTILE / "candidates").glob("*.py")) == sorted([*CHEATS, *HONEST])


@pytest.mark.parametrize("name", CHEATS)
async def test_a_cheat_is_rejected_with_a_reason_that_names_its_effect(name: str, strict: Ground, assemble: Assemble) -> None:
    limits = {"start_limit_seconds": PATIENCE_SECONDS.get(name, strict.scale.start_limit_seconds)}
    ground = replace(strict, scale=strict.scale.model_copy(update=limits))
    evaluation = await evaluate_candidate(ground, assemble(name), against=None, seed=11)
    stage, reason = CHEATS[name]
    assert evaluation.verdict == "rejected"
    assert re.fullmatch(stage, evaluation.stage or ""), (evaluation.stage, evaluation.reason)
    assert re.search(reason, evaluation.reason), evaluation.reason


@pytest.mark.parametrize("name", HONEST)
async def test_an_honest_candidate_passes(name: str, strict: Ground, assemble: Assemble) -> None:
    evaluation = await evaluate_candidate(strict, assemble(name), against=None, seed=12)
    assert (evaluation.verdict, evaluation.reason) == ("passed", ""), evaluation.evidence
    assert evaluation.metrics and evaluation.metrics.score > 0
    assert evaluation.metrics.verified_tokens > 0
