"""Which model takes which role."""

from collections import Counter

import pytest

from activities.agents.assignment import BadAssignment, read_assignment


def test_one_model_takes_every_role() -> None:
    assignment = read_assignment("openai:qwen3:32b")
    assert {role: assignment.model(role, "x") for role in ("planner", "implementer")} == dict.fromkeys(
        ("planner", "implementer"), "qwen3:32b"
    )


def test_an_ensemble_draws_by_weight_and_keeps_a_session_with_its_model() -> None:
    assignment = read_assignment("openai:planner=A,implementer=B*3|org/C-7B")
    drawn = Counter(assignment.model("implementer", str(key)) for key in range(1000))
    assert 680 < drawn["B"] < 820
    assert drawn["B"] + drawn["org/C-7B"] == 1000
    assert len({assignment.model("implementer", "same") for _ in range(20)}) == 1
    assert assignment.models() == {"A", "B", "org/C-7B"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("openai:", "name a model"),
        ("openai", "name a model"),
        ("openai:planner=A", "no model for implementer"),
        ("openai:planner=A,writer=B", "names no role"),
        ("openai:A||B", "no model with a weight"),
        ("openai:A*0", "no model with a weight"),
    ],
)
def test_a_mistake_names_what_would_be_right(typed: str, words: str) -> None:
    with pytest.raises(BadAssignment, match=words):
        read_assignment(typed)
