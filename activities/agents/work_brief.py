"""The brief of an outside author: what to serve, what to test, what is known, the contract, and how to check and hand in."""

import shlex
from collections.abc import Iterator

from activities.agents.briefing import HISTORY, hypothesis_lines, setting_line
from activities.agents.catalog import Catalog
from activities.agents.external import command_of
from activities.agents.role import ROLES
from activities.agents.tools.past import outline, profile_lines
from activities.agents.work_folder import STATED
from activities.work_task import Stated, WorkTask
from scenarios.registry import find_scenario
from search.record import Record

HONEST = "Never cheat: no cached answers, no special cases for loads, no fewer layers, no lower precision unless the policy allows it."
CONTRACT, AFTER_CONTRACT = "The contract\n", "How to work\n"
"""Between them the implementer's prompt tells the contract and how candidates are judged."""


def work_brief(work: WorkTask, records: tuple[Record, ...], catalog: Catalog, asked: tuple[str, ...] = ()) -> str:
    """The whole brief, as Markdown; `asked` is what the operator says."""
    parts = (
        _title(work),
        _refusal(work),
        _hypothesis(work),
        _asked(asked),
        _known(work, records),
        _contract(),
        _handing_in(work),
        _skills(work, catalog),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _title(work: WorkTask) -> list[str]:
    scenario = find_scenario(work.setting.scenario)
    return [
        f"# Work {work.name}: {'write' if work.part == 0 else 'repair'} a serving system",
        "",
        f"To serve: {scenario.title}. What counts: {scenario.metric}.",
        setting_line(work.setting),
        "",
        f"This folder holds the tree of {f'candidate {work.parent}' if work.part == 0 else 'your last submission'}. "
        "Change it so that it is faster, check it, and hand it in.",
    ]


def _refusal(work: WorkTask) -> list[str]:
    if work.rejected is None:
        return []
    told = work.rejected
    return [
        f"## What was refused (repair {work.part})",
        "",
        f"`{told.stage}` refused your tree: {told.reason}",
        *(["", "```", told.evidence.strip(), "```"] if told.evidence else []),
        "",
        "Find the cause and mend it without giving up the hypothesis. The next hidden questions will be new ones.",
    ]


def _hypothesis(work: WorkTask) -> list[str]:
    if work.hypothesis is not None:
        return ["## The hypothesis to test", "", *(f"- {line}" for line in hypothesis_lines(work.hypothesis))]
    return [
        "## Propose the hypothesis yourself",
        "",
        "One change, large enough to be seen above some per cent of noise, that what is known below speaks for.",
        "You hand it in with the tree:",
        *(f"- {name}: {field.description}" for name, field in Stated.model_fields.items()),
    ]


def _asked(asked: tuple[str, ...]) -> list[str]:
    return ["## What the operator says", "", *asked[:-1]] if asked else []


def _known(work: WorkTask, records: tuple[Record, ...]) -> list[str]:
    parent = next(record for record in records if record.number == work.parent)
    return [
        "## What is known",
        "",
        f"You begin from candidate {parent.number}: {parent.hypothesis.claim}",
        *profile_lines(parent),
        "",
        f"Finished candidates ({len(records)}, the last {HISTORY} at most):",
        *(f"- {outline(record)}" for record in records[-HISTORY:]),
    ]


def _contract() -> list[str]:
    """In the words that the implementer is told."""
    told = ROLES["implementer"].prompt().partition(CONTRACT)[2].partition(AFTER_CONTRACT)[0]
    return ["## The contract", "", told.strip(), "", HONEST]


def _handing_in(work: WorkTask) -> list[str]:
    return ["## How to check and hand in", "", *(_by_command(work) if command_of(work.agent) else _by_hand(work))]


def _by_command(work: WorkTask) -> Iterator[str]:
    yield "You are in the sandbox; the model is at /model. Try it: `python serve.py --model /model --socket /tmp/socket --threads 1`."
    yield "When the command ends with exit code 0, this folder is handed in. If a gate refuses it, its report comes in a next run."
    if work.hypothesis is None:
        yield f"Write the hypothesis to `{STATED}` in this folder, a JSON object with the fields named above: `expected_ratio` is a number."


def _by_hand(work: WorkTask) -> Iterator[str]:
    setting = work.setting
    asked = f"--target {setting.target} --model {shlex.quote(setting.model)} --correctness {setting.correctness}"
    stated = "" if work.hypothesis else ' --claim "..." --mechanism "..." --falsifier "..." --expect 1.4'
    yield "From the folder in which you started the search (or with VIBESERVE_HOME set to its home), DIR being this folder:"
    yield ""
    yield f"    vibeserve work claim {work.name} --minutes 120          # nobody else can hand in meanwhile"
    yield f"    vibeserve evaluate {setting.scenario} DIR {asked}"
    yield f"    vibeserve work submit {work.name}{stated}"
    yield f'    vibeserve work abandon {work.name} --why "..."       # gives the candidate up'
    yield ""
    yield "`evaluate` runs the same gates on other questions; with `--against OTHER_DIR` it also holds a duel."


def _skills(work: WorkTask, catalog: Catalog) -> list[str]:
    """A command cannot read them from inside the sandbox."""
    if command_of(work.agent):
        return []
    index = catalog.index(scenario=work.setting.scenario, target=work.setting.target)
    return ["## Skills to read", "", "`vibeserve skill show NAME` tells when a technique pays, how it is built and what goes wrong."] + [
        f"- {skill.name}: {skill.description}" for skill in index
    ]
