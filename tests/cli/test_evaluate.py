"""`vibeserve evaluate` on whole folders with the model `tiny`."""

import json
from pathlib import Path

import pytest

from activities.home import Home
from scenarios.registry import find_scenario
from tests.cli.person import start

pytestmark = pytest.mark.alone

STARTER = str(find_scenario("chat").starter)


def test_the_starter_passes_and_its_document_is_complete(furnished: Home) -> None:
    ended = start(furnished, "evaluate", "chat", STARTER, "--model", "tiny", "--seed", "5", "--json")
    assert ended.stdout, ended.stderr
    told = json.loads(ended.stdout)
    assert (ended.code, told["verdict"], told["stage"]) == (0, "passed", None), told["reason"]
    assert {"ratio", "interval", "pairs", "metrics", "evaluator_digest", "seeds", "reason"} <= told.keys()
    assert told["seeds"][0] == 5
    assert told["metrics"]["tokens_per_second"] > 0


def test_a_candidate_that_crashes_is_rejected_with_a_reason_and_exit_code_1(furnished: Home, tmp_path: Path) -> None:
    (tmp_path / "serve.py").write_text("raise RuntimeError('the engine has no fuel')\n")
    ended = start(furnished, "evaluate", "chat", str(tmp_path), "--model", "tiny")
    assert ended.code == 1
    assert "rejected at conformance" in ended.stdout
    assert "RuntimeError: the engine has no fuel" in ended.stdout
