"""All tools by name, and what each role is offered."""

from collections.abc import Mapping
from typing import Any

from activities.agents.role import Role
from activities.agents.tools import files, past, trying
from activities.agents.tools.handing_in import submit_tool
from activities.agents.tools.tool import Tool

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        *(files.LIST, files.READ, files.SEARCH, files.EDIT, files.CREATE, files.DELETE),
        *(past.SKILL, past.HISTORY, past.DIFF),
        *(trying.RUN, trying.CONFORMANCE, trying.SAMPLE, trying.BENCHMARK, trying.PROFILE, trying.TEST),
    )
}


def offers(role: Role) -> tuple[Mapping[str, Any], ...]:
    """In the order in which the role names them; `submit` last."""
    return tuple(tool.offer() for tool in (*(TOOLS[name] for name in role.tools), submit_tool(role)))
