"""What agents say of a candidate beside its verdict: the judge with its findings, the analyst, the planner's conclusion."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from activities.agents.schemas import Assessment
from search.analysis import Analysis
from search.judgement import Finding, Judgement


def judgement_view(judgements: Sequence[Judgement]) -> RenderableType:
    """Every look, with what became of each finding."""
    parts: list[RenderableType] = [Text("judge", style="bold")]
    for judgement in judgements:
        parts.append(Text.assemble((f"{judgement.session}  ", "dim"), judgement.sentence()))
        parts += [Text(f"  {judgement.summary}", style="dim")] if judgement.summary else []
        parts += [_finding(finding) for finding in judgement.findings]
    return Group(*parts)


def analysis_view(analysis: Analysis) -> RenderableType:
    """Whether the mechanism is at work, bottlenecks and suggestions; it guides, and the verdict stands whatever it says."""
    if analysis.failed:
        return Group(Text("analysis", style="bold"), Text(f"none: {analysis.failed}"))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    table.add_row("mechanism", Text(f"{analysis.mechanism}: {analysis.finding}"))
    for bottleneck in analysis.bottlenecks:
        table.add_row("bottleneck", Text(f"{bottleneck.what} ({bottleneck.evidence})"))
    for suggestion in analysis.suggestions:
        table.add_row(f"to try, {suggestion.expected_ratio:.2f}x", Text(f"{suggestion.claim} ({suggestion.mechanism})"))
    return Group(Text("analysis", style="bold"), table)


def assessment_view(assessment: Assessment) -> RenderableType:
    """What the planner concluded on the direction."""
    reason = f", {assessment.mechanism}" if assessment.mechanism else ""
    return Text.assemble(("the planner concludes: ", "bold"), assessment.standing, reason)


def _finding(finding: Finding) -> Text:
    mark, style, word = ("✗", "red", "borne out") if finding.accepted else ("·", "dim", "refuted")
    return Text.assemble((f"  {mark} {finding.test} ", style), f"{word}: {finding.why} ({finding.reason})")
