"""The first words of a session, and those of a repair: all that the agent needs to know and may know."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from activities.agents.catalog import Catalog
from activities.agents.memory import Memory
from activities.agents.tools.past import outline, profile_lines
from activities.agents.tools.tool import bounded
from activities.session_task import Brief
from activities.task import Setting
from scenarios.registry import find_scenario
from search.analysis import Analysis
from search.gate_test import GateTest
from search.hypothesis import Hypothesis
from search.measurement import Pair
from search.record import Record
from search.verdict import Rejected

HISTORY = 40
"""Of so many candidates, the last ones, the brief tells the verdicts; a tool tells the others."""
ANALYSES = 4
"""Of so many candidates, the last ones, the planner's brief tells the analyses."""
NOTHING = Memory()
FIGURES = ("score", "ttft_p50", "ttft_p99", "tpot_p50", "tpot_p99", "latency_p50", "latency_p99", "goodput", "peak_memory_bytes")


@dataclass(frozen=True)
class Known:
    """What the journal of a search holds when a session begins."""

    records: tuple[Record, ...]
    """With their newest verdicts."""
    champion: Record
    tests: tuple[GateTest, ...] = ()
    analyses: Mapping[int, Analysis] | None = None
    memory: Memory = NOTHING
    steering: tuple[str, ...] = ()
    """Hints of the operator, the newest last."""
    parked: tuple[str, ...] = ()
    """Claims that the operator wants nobody to propose."""

    def record(self, number: int) -> Record:
        """A finished candidate."""
        return next(record for record in self.records if record.number == number)

    def analysis(self, number: int) -> tuple[str, ...]:
        """What an analyst said about it."""
        found = (self.analyses or {}).get(number)
        return found.lines() if found and not found.failed else ()


def planner_brief(setting: Setting, brief: Brief, known: Known, catalog: Catalog) -> str:
    """What the planner chooses from."""
    records, champion = known.records, known.champion
    lines = [
        *_served(setting),
        f"The champion is candidate {champion.number}: {champion.hypothesis.claim}",
        *profile_lines(champion),
        *known.analysis(champion.number),
        "",
        f"Finished candidates ({len(records)}, the last {HISTORY} at most):",
        *(f"- {outline(record)}" for record in records[-HISTORY:]),
        "",
        *_analyses(known),
        *_memory(known.memory),
        *_tests(known.tests),
        *steering_lines(known.steering, known.parked),
        "In flight now:",
        *([f"- {claim}" for claim in brief.in_flight] or ["- nothing"]),
        "",
        *_asked(brief),
        *_skills(setting, catalog),
    ]
    return "\n".join(lines)


def implementer_brief(setting: Setting, brief: Brief, known: Known, catalog: Catalog) -> str:
    """What the implementer builds."""
    assert brief.hypothesis is not None
    parent = known.record(brief.parent)
    lines = [
        *_served(setting),
        f"Your tree begins as that of candidate {brief.parent}: {parent.hypothesis.claim}",
        *profile_lines(parent),
        *known.analysis(parent.number),
        "",
        "The hypothesis to test:",
        *hypothesis_lines(brief.hypothesis),
        "",
        *_tests(known.tests),
        *steering_lines(known.steering),
        *_skills(setting, catalog),
    ]
    return "\n".join(lines)


def judge_brief(setting: Setting, brief: Brief, known: Known, diff: str) -> str:
    """What the judge looks at: the change, without a word of who made it."""
    assert brief.hypothesis is not None
    lines = [
        *_served(setting),
        f"Your tree is the candidate's. It began as that of candidate {brief.parent}. What it is to be tested for:",
        *hypothesis_lines(brief.hypothesis),
        "",
        *_tests(known.tests),
        f"What differs from candidate {brief.parent}:",
        "",
        bounded(diff),
    ]
    return "\n".join(lines)


def analyst_brief(setting: Setting, number: int, known: Known) -> str:
    """What the analyst reads: the candidate, whom it met, and their figures side by side."""
    record = known.record(number)
    lines = [
        *_served(setting),
        f"Your tree is that of {outline(record)}",
        *hypothesis_lines(record.hypothesis),
        *profile_lines(record),
        "",
        *_opponent(record, known),
        *figure_lines(record.pairs),
    ]
    return "\n".join(lines)


def steering_lines(steering: Sequence[str], parked: Sequence[str] = ()) -> Iterator[str]:
    """What the operator asks for; nothing where nothing was said."""
    if steering:
        yield "The operator of this search asks of you (the newest last):"
        yield from (f"- {' '.join(text.split())}" for text in steering)
        yield ""
    if parked:
        yield "Parked by the operator, not to be proposed in any words:"
        yield from (f"- {claim}" for claim in parked)
        yield ""


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


def figure_lines(pairs: Sequence[Pair]) -> Iterator[str]:
    """Medians of both arms over the pairs that count, in the units of the names: seconds, bytes, per second."""
    valid = [pair for pair in pairs if pair.void is None and pair.load == "announced"]
    if not valid:
        return
    yield f"Medians over {len(valid)} valid pairs under the announced load (seconds, bytes):"
    for figure in FIGURES:
        champion, candidate = (median(float(getattr(arm, figure)) for arm in arms) for arms in zip(*map(_arms, valid), strict=True))
        yield f"  {figure}: champion {champion:.4g}, candidate {candidate:.4g}"
    yield "Ratios pair by pair: " + ", ".join(f"{math.exp(pair.log_ratio):.3f}" for pair in valid)


def _arms(pair: Pair) -> tuple[object, object]:
    return pair.champion, pair.candidate


def _served(setting: Setting) -> tuple[str, str]:
    scenario = find_scenario(setting.scenario)
    return f"To serve: {scenario.title}. What counts, as `score`: {scenario.metric}.", setting_line(setting)


def _opponent(record: Record, known: Known) -> Iterator[str]:
    if record.against is None:
        return
    champion = known.record(record.against)
    yield f"It met the champion of that time, {outline(champion)}"
    yield from profile_lines(champion)
    yield ""


def _analyses(known: Known) -> Iterator[str]:
    told = [record.number for record in known.records if known.analysis(record.number)]
    last = [number for number in told[-ANALYSES:] if number != known.champion.number]
    if not last:
        return
    yield "What the analyst says of the last ones (`read_history` tells of the others):"
    for number in last:
        yield f"- candidate {number}: " + "\n  ".join(known.analysis(number))
    yield ""


def _memory(memory: Memory) -> Iterator[str]:
    if memory.assessments:
        yield "What you concluded so far:"
        for number, one in sorted(memory.assessments.items()):
            yield f"- candidate {number}: {one.standing}" + (f", {one.mechanism}" if one.mechanism else "")
        yield ""
    if memory.roadmap:
        yield f"Your roadmap:\n{memory.roadmap}\n"


def _asked(brief: Brief) -> Iterator[str]:
    if brief.steers:
        yield "What the operator asks for:"
        yield from (f"- {text}" for text in brief.steers)
        yield ""
    if brief.left:
        yield f"Left of the budget: {brief.left}"
    yield f"Candidates that may begin now: {brief.slots}" + (" (the further hypotheses go into `others`)" if brief.slots > 1 else "")
    yield ""


def _tests(tests: Sequence[GateTest]) -> Iterator[str]:
    if tests:
        yield "Tests of the gate that were found on earlier candidates:"
        yield from (f"- {test.name}, found on candidate {test.accused}: {test.why}" for test in tests)
        yield ""


def _skills(setting: Setting, catalog: Catalog) -> Iterator[str]:
    yield "Skills to read with `read_skill`:"
    yield from (f"- {skill.name}: {skill.description}" for skill in catalog.index(scenario=setting.scenario, target=setting.target))
