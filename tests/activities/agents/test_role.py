"""Each role has its words, its tools and its schema."""

import pytest
from pydantic import ValidationError

from activities.agents.role import PROMPT_BYTES, ROLES
from activities.agents.schemas import Proposal
from activities.agents.tools.registry import TOOLS, offers


@pytest.mark.parametrize("name", ROLES)
def test_a_prompt_is_short_and_ends_with_how_to_hand_in(name: str) -> None:
    prompt = ROLES[name].prompt()
    assert len(prompt.encode()) <= PROMPT_BYTES
    assert "`submit`" in prompt


@pytest.mark.parametrize("name", ROLES)
def test_each_tool_that_a_role_names_exists_and_is_offered(name: str) -> None:
    assert set(ROLES[name].tools) <= set(TOOLS)
    assert [offer["function"]["name"] for offer in offers(ROLES[name])] == [*ROLES[name].tools, "submit"]


def test_a_planner_can_change_and_run_nothing() -> None:
    assert not {"edit_file", "create_file", "delete_file", "run_command", "quick_benchmark"} & set(ROLES["planner"].tools)


def test_a_plan_without_a_falsifier_is_none() -> None:
    words = dict.fromkeys(("claim", "mechanism", "evidence", "activation"), "something is faster")
    with pytest.raises(ValidationError, match="falsifier"):
        Proposal.model_validate({**words, "parent": 0, "expected_ratio": 1.5, "falsifier": "  "})
