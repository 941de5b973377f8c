"""The first words of a session, and those of a repair: all that the agent needs to know and may know."""

import math
from collections.abc import Iterator

from activities.agents.catalog import Catalog
from activities.agents.tools.past import outline, profile_lines
from activities.session_task import Brief
from activities.task import Setting
from search.hypothesis import Hypothesis
from search.record import Record
from search.verdict import Rejected

HISTORY = 40
"""Of so many candidates, the last ones, the brief tells the verdicts; a tool tells the others."""


def planner_brief(setting: Setting, brief: Brief, records: tuple[Record, ...], champion: Record, catalog: Catalog) -> str:
    """What the planner chooses from."""
    running = [f"- {claim}" for claim in brief.in_flight] or ["- nothing"]
    lines = [
        setting_line(setting),
        f"The champion is candidate {champion.number}: {champion.hypothesis.claim}",
        *profile_lines(champion),
        "",
        f"Finished candidates ({len(records)}, the last {HISTORY} at most):",
        *(f"- {outline(record)}" for record in records[-HISTORY:]),
        "",
        "In flight now:",
        *running,
        "",
        *_skills(setting, catalog),
    ]
    return "\n".join(lines)


def implementer_brief(setting: Setting, brief: Brief, parent: Record, catalog: Catalog) -> str:
    """What the implementer builds."""
    assert brief.hypothesis is not None
    lines = [
        setting_line(setting),
        f"Your tree begins as that of candidate {brief.parent}: {parent.hypothesis.claim}",
        *profile_lines(parent),
        "",
        "The hypothesis to test:",
        *hypothesis_lines(brief.hypothesis),
        "",
        *_skills(setting, catalog),
    ]
    return "\n".join(lines)


def repair_brief(rejected: Rejected) -> str:
    """A gate's report."""
    return (
        f"The gate `{rejected.stage}` refused your tree: {rejected.reason}\n\n{rejected.evidence}\n\n"
        "Find the cause, mend it without giving up the hypothesis, and call `submit` again. The next questions will be new ones."
    )


def setting_line(setting: Setting) -> str:
    """The request in one line."""
    return f"Scenario {setting.scenario}, target {setting.target}, model {setting.model}, correctness policy {setting.correctness}."


def hypothesis_lines(hypothesis: Hypothesis) -> Iterator[str]:
    """A hypothesis, one part a line; what was left open is left out."""
    parts = {
        "claim": hypothesis.claim,
        "mechanism": hypothesis.mechanism,
        "evidence": hypothesis.evidence,
        "active when": hypothesis.activation,
        "wrong if": hypothesis.falsifier,
        "expected": f"{math.exp(hypothesis.expected_log_gain):.2f}x the champion",
    }
    yield from (f"{name}: {text}" for name, text in parts.items() if text)


def _skills(setting: Setting, catalog: Catalog) -> Iterator[str]:
    yield "Skills to read with `read_skill`:"
    yield from (f"- {skill.name}: {skill.description}" for skill in catalog.index(scenario=setting.scenario, target=setting.target))
