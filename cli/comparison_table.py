"""A comparison for a person: one line per engine, then what belongs beside the numbers."""

from collections.abc import Sequence
from statistics import median

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from activities.evaluation.rivals.agreement import Agreement
from activities.evaluation.rivals.comparison import Comparison, Standing
from cli.figures import bounds, milliseconds, ratio
from search.measurement import Arm

LEFT = ("engine", "version", "weights")
RIGHT = ("tokens/s", "TTFT p50", "p99", "TPOT p50", "p99", "ours over it", "pairs", "void")


def picture(comparison: Comparison) -> RenderableType:
    """The table, the remarks, and how to install what is missing."""
    title = f"{comparison.scenario}, model {comparison.model}, {comparison.device}: medians over the pairs"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in LEFT:
        table.add_column(name)
    for name in RIGHT:
        table.add_column(name, justify="right")
    table.add_column("verified")
    ours = [meeting.ours for standing in comparison.standings for meeting in standing.counting]
    if ours:
        table.add_row(Text(comparison.ours, style="bold"), "", comparison.correctness, *_arms(ours), "", str(len(ours)), "", "yes")
    for standing in comparison.standings:
        table.add_row(*_line(standing))
    return Group(table, *(_remarks(standing) for standing in comparison.standings))


def _line(standing: Standing) -> tuple[str | Text, ...]:
    named = (Text(standing.name), standing.version, standing.weights)
    arms = [meeting.rival.arm for meeting in standing.counting]
    if not arms or standing.ratio is None:
        return (*named, *("-" for _ in RIGHT[:-1]), str(len(standing.meetings)), _verified(standing.agreement))
    within = f" {bounds(standing.interval.low, standing.interval.high)}" if standing.interval else ""
    counts = (str(len(arms)), str(len(standing.meetings) - len(arms)))
    return (*named, *_arms(arms), f"{ratio(standing.ratio)}{within}", *counts, _verified(standing.agreement))


def _arms(arms: Sequence[Arm]) -> tuple[str, ...]:
    shown = (median(arm.ttft_p50 for arm in arms), median(arm.ttft_p99 for arm in arms))
    paced = (median(arm.tpot_p50 for arm in arms), median(arm.tpot_p99 for arm in arms))
    return (f"{median(arm.tokens_per_second for arm in arms):.1f}", *map(milliseconds, (*shown, *paced)))


def _verified(agreement: Agreement | None) -> Text:
    if agreement is None:
        return Text("not measured", style="yellow")
    if agreement.verified:
        return Text(f"yes, {agreement.tokens} tokens", style="green")
    words = f"top-1 {agreement.top1:.1%}, worst gap {agreement.worst_gap:.2g}"
    return Text(f"no: {words}", style="yellow" if agreement.recognisable else "bold red")


def _remarks(standing: Standing) -> Text:
    text = Text.assemble("\n", (standing.name, "bold"), f": {standing.title}")
    if standing.problem:
        text.append(f"\n  {standing.problem}", style="yellow")
    if standing.install:
        text.append("\n  install it with\n" + "\n".join(f"    {line}" for line in standing.install.splitlines()))
    if standing.settings:
        text.append(f"\n  settings: {standing.settings}", style="dim")
    if standing.documentation and standing.settings:
        text.append(f"\n  after {standing.documentation}", style="dim")
    found = standing.agreement
    if found and found.counted != found.tokens:
        text.append(f"\n  {found.counted} tokens were counted where the reference reads {found.tokens} in {found.answers} sampled answers")
    return text.append("".join(f"\n  {caveat}" for caveat in standing.caveats))
