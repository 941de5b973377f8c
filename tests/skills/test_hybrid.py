"""The composed hybrid says what transformers says, from scratch and behind every prefix that it kept."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from activities.agents.catalog import load_catalog
from activities.agents.compose import compose
from tests.skills.engines import composition

MARGIN = 1e-4
"""In logits, whose spread is 4."""
Told = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What `hybrid.py` finds, with so few prefixes kept that they give way to each other."""
    folder = tmp_path_factory.mktemp("hybrid")
    tree, model = folder / "tree", folder / "model"
    settings: dict[str, Any] = {"kept_prefixes": 4, "snapshot_tokens": 128}
    catalog = load_catalog()
    chosen = composition(catalog, hybrid_model={}, state_snapshots=settings)
    tree.mkdir()
    for name, text in compose(chosen, catalog, scenario="shared_prefix").items():
        (tree / name).write_text(text)
    make = [sys.executable, "-m", "models.make", "--family", "olmo_hybrid", "--preset", "tiny", "--out", str(model)]
    subprocess.run(make, check=True)
    script = Path(__file__).with_name("hybrid.py")
    done = subprocess.run([sys.executable, str(script), str(tree), str(model)], check=True, stdout=subprocess.PIPE, timeout=120)
    return json.loads(done.stdout)


def test_every_answer_equals_one_from_scratch(told: Told) -> None:
    assert {name: found["error"] for name, found in told.items() if found["error"] > MARGIN} == {}


def test_what_others_computed_is_not_computed_again(told: Told) -> None:
    assert told["alike at once"]["resumed"] >= 7 * 230
    assert told["warm"]["resumed"] == 3 * 230


def test_a_changed_prefix_is_computed_anew_by_the_first_and_shared_by_the_others(told: Told) -> None:
    assert told["changed by one token"]["resumed"] == 2 * 230


def test_nothing_is_resumed_where_nothing_is_shared(told: Told) -> None:
    assert told["cold, of many lengths"]["resumed"] == 0
