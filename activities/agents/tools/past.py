"""Tools that read what others know: skills, the verdicts of earlier candidates, and what each of them changed."""

import math
from typing import Annotated

from pydantic import Field

from activities.agents.catalog import Catalog, UnknownSkill
from activities.agents.tools.tool import BadCall, Tool, bounded
from activities.ledger.ledger import Ledger
from search.record import Record
from search.value import Value
from search.verdict import Baseline, Measured, Rejected


class ReadSkill(Value):
    """Which one."""

    name: str


class ReadHistory(Value):
    """All, or one candidate with its profile."""

    candidate: Annotated[int | None, Field(ge=0)] = None


class ReadDiff(Value):
    """What lies between two candidates."""

    before: Annotated[int, Field(ge=0)]
    after: Annotated[int, Field(ge=0)]


SKILL = Tool("read_skill", "Read about a technique: when it pays, how it is built, what goes wrong. The brief lists the names.", ReadSkill)
HISTORY = Tool("read_history", "Read how the finished candidates ended; with a number, all about that one.", ReadHistory)
DIFF = Tool("read_diff", "Read what differs between the trees of two finished candidates.", ReadDiff)


def read_skill(catalog: Catalog, asked: ReadSkill) -> str:
    """The skill's text."""
    try:
        return bounded(catalog.skill(asked.name))
    except UnknownSkill as error:
        raise BadCall(str(error)) from None


def read_history(ledger: Ledger, search: str, asked: ReadHistory) -> str:
    """One line each, or one candidate at length. Reports of gates that ask hidden questions stay hidden: only their reasons are told."""
    records = ledger.records(search)
    if asked.candidate is None:
        return bounded("\n".join(outline(record) for record in records) or "no candidate has ended yet")
    analysis = ledger.analyses(search).get(asked.candidate)
    return bounded("\n".join([_at_length(_record(records, asked.candidate)), *(analysis.lines() if analysis else ())]))


def read_diff(ledger: Ledger, search: str, asked: ReadDiff) -> str:
    """As git prints it."""
    records = ledger.records(search)
    before, after = (_record(records, number).source.tree for number in (asked.before, asked.after))
    return bounded(ledger.diff(before, after) or "their trees are equal")


def outline(record: Record) -> str:
    """A candidate in one line."""
    parent = "" if record.parent is None else f" from {record.parent}"
    return f"candidate {record.number}{parent}: {record.hypothesis.claim} -> {_verdict(record)}"


def _at_length(record: Record) -> str:
    hypothesis = record.hypothesis
    lines = [
        outline(record),
        f"because: {hypothesis.mechanism}",
        f"evidence: {hypothesis.evidence}",
        f"wrong if: {hypothesis.falsifier}",
        f"expected: {math.exp(min(hypothesis.expected_log_gain, 10)):.2f}x",
        *(f"gate {gate.stage}: {'passed' if gate.passed else 'failed'} in {gate.seconds:.1f} s, {gate.summary}" for gate in record.gates),
    ]
    return "\n".join([*lines, *profile_lines(record)])


def profile_lines(record: Record) -> list[str]:
    """Where its time goes, where it was profiled."""
    profile = record.profile
    if profile is None:
        return ["not profiled"]
    shares = ", ".join(f"{share.replace('_', ' ')} {part:.0%}" for share, part in sorted(profile.shares.items(), key=lambda item: -item[1]))
    operators = [f"  {one.seconds:8.2f} s  {one.calls:>7} calls  {one.name}" for one in profile.operators[:12]]
    peaks = f"{profile.bytes_of_peak:.0%} of the machine's bytes/s, {profile.flops_of_peak:.0%} of its flops/s"
    return [
        f"profile: {shares}",
        f"mean batch {profile.mean_batch:.1f}; before the first token {profile.queue_share:.0%}; {peaks}",
        *operators,
    ]


def _verdict(record: Record) -> str:
    match record.verdict:
        case Baseline():
            return "the starter, first champion"
        case Rejected(stage=stage, reason=reason):
            return f"rejected at {stage} (its mechanism was not measured): {reason}"
        case Measured(kind=kind, ratio=ratio, interval=interval, reason=reason):
            words = f"{kind.replace('_', ' ')}, {ratio:.2f}x [{interval.low:.2f}, {interval.high:.2f}]"
            return f"{words}: {reason}" if reason else words


def _record(records: tuple[Record, ...], number: int) -> Record:
    for record in records:
        if record.number == number:
            return record
    raise BadCall(f"no candidate {number} has ended; finished are {', '.join(str(record.number) for record in records)}")
