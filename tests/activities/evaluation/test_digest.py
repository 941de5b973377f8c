"""The evaluator's digest changes with the code that judges, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from activities.evaluation.digest import ROOT, evaluator_digest
from scenarios.registry import SCENARIOS, find_scenario

CHAT = find_scenario("chat")


def copied(folder: Path) -> Path:
    """The judging sources elsewhere."""
    for name in ("activities", "models", "search", "scenarios", "targets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_equal_sources_have_equal_digests_wherever_they_lie(tmp_path: Path) -> None:
    assert evaluator_digest(CHAT, root=copied(tmp_path)) == evaluator_digest(CHAT)


def test_a_change_in_the_judging_code_changes_the_digest(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed = root / "activities" / "evaluation" / "contract" / "refusing.py"
    changed.write_text(changed.read_text() + "\n# looser\n")
    assert evaluator_digest(CHAT, root=root) != evaluator_digest(CHAT)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_change_in_what_a_scenario_asks_changes_its_digest(name: str, tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed = root / "scenarios" / name / "scenario.py"
    changed.write_text(changed.read_text() + "\n# looser\n")
    assert evaluator_digest(SCENARIOS[name], root=root) != evaluator_digest(SCENARIOS[name])


def test_a_change_in_the_starter_changes_nothing(tmp_path: Path) -> None:
    root = copied(tmp_path)
    starter = root / CHAT.starter.relative_to(ROOT) / "serve.py"
    starter.write_text("raise SystemExit\n")
    assert evaluator_digest(CHAT, root=root) == evaluator_digest(CHAT)
