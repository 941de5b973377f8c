"""All scenarios by name."""

from collections.abc import Mapping

from scenarios.chat.scenario import Chat
from scenarios.code_edit.scenario import CodeEdit
from scenarios.scenario import Scenario
from scenarios.shared_prefix.scenario import SharedPrefix
from scenarios.streaming_asr.scenario import StreamingAsr
from scenarios.structured_json.scenario import StructuredJson


class UnknownScenario(ValueError):
    """No scenario of that name; the message lists the known ones."""


SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario for scenario in (Chat(), CodeEdit(), SharedPrefix(), StreamingAsr(), StructuredJson())
}


def find_scenario(name: str) -> Scenario:
    """The scenario of that name; raises `UnknownScenario`."""
    if name not in SCENARIOS:
        raise UnknownScenario(f"unknown scenario {name!r}; known: {', '.join(sorted(SCENARIOS))}")
    return SCENARIOS[name]
