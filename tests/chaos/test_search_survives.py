"""Real measurements on `tiny`, and `kill -9` of the engine in a gate and in a duel, then of each process that measures: the search ends."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.ledger.ledger import Ledger
from tests.chaos.proof import processes_of
from tests.chaos.search_in_home import Household
from workflows.identity import candidate_id, duel_id


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    house = Household(tmp_path / "home")
    yield house
    house.run("down")


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_a_search_survives_the_death_of_server_and_worker(household: Household) -> None:
    household.run("search", "chat", "--name", "hurt", "--model", "tiny", "--candidates", "1", "--hours", "1", "--looks", "2,3", "--detach")

    await household.running(candidate_id("hurt", 1), "correctness", seconds=400)
    household.kill("server")
    household.run("up")

    await household.running(duel_id("hurt", 1), "measure_pair", seconds=300)
    household.kill("worker")
    household.run("up")

    await household.outcome("hurt", seconds=500)

    ended = Counter((step["workflow"], step["run"], step["step"], step["id"]) for step in household.steps() if step["event"] == "ended")
    began = Counter((step["workflow"], step["run"], step["step"], step["id"]) for step in household.steps() if step["event"] == "began")
    assert max(ended.values()) == 1, f"finished twice: {[step for step, count in ended.items() if count > 1]}"
    assert set(began) == set(ended)
    hurt = [step[2] for step, count in began.items() if count > 1]
    assert 1 <= len(hurt) <= 2, f"only the steps that were killed begin again: {hurt}"

    ledger = Ledger.open(household.home.ledger)
    assert [record.number for record in ledger.records("hurt")] == [0, 1]
    assert ledger.journal_text("hurt", "conclusion.json") is not None
    household.run("down")
    assert processes_of(household.home.root) == []


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_a_search_survives_the_death_of_what_measures(household: Household) -> None:
    """Of load generator and reference the step is taken again; a server that dies is its candidate's fault, or voids the pair."""
    household.run("search", "chat", "--name", "hurt", "--model", "tiny", "--candidates", "1", "--hours", "1", "--looks", "2,3", "--detach")
    await household.running(candidate_id("hurt", 1), "correctness", seconds=400)
    await household.kill_child("activities.evaluation.reference", seconds=60)

    await household.running(duel_id("hurt", 1), "measure_pair", seconds=300)
    await household.kill_child("activities.evaluation.load", seconds=60)
    await household.kill_child("serve.py", seconds=60)

    await household.outcome("hurt", seconds=500)

    ended = Counter((step["workflow"], step["run"], step["step"], step["id"]) for step in household.steps() if step["event"] == "ended")
    assert max(ended.values()) == 1
    ledger = Ledger.open(household.home.ledger)
    assert [record.number for record in ledger.records("hurt")] == [0, 1]
    assert ledger.journal_text("hurt", "conclusion.json") is not None
    household.run("down")
    assert processes_of(household.home.root) == []
