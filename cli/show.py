"""`vibeserve show`: the whole story of one candidate on one screen."""

import math
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from activities.agents.memory import recall
from activities.agents.schemas import Assessment
from activities.ledger.ledger import Ledger
from cli.bill import role_table, spending_on
from cli.chronicle import Chapter, read_chronicle
from cli.figures import day, duration, interval, ratio
from cli.gauge import gauge
from cli.history import STYLES
from cli.lookup import find_entry, open_ledger
from cli.opinions import analysis_view, assessment_view, judgement_view
from cli.options import Json, Number, Search
from cli.output import print_json, result
from cli.pair_table import metric_table, pair_table
from cli.settings import find_home
from search.analysis import Analysis
from search.hypothesis import Hypothesis
from search.profile import Profile
from search.record import Gate, Record
from search.review import Review
from search.verb import Verb, about
from search.verdict import Rejected


class Story(Record):
    """A record, and what reviews, the analyst and the planner said later."""

    reviews: tuple[Review, ...] = ()
    verbs: tuple[Verb, ...] = ()
    """What operators did about it: rolled back to it, tried it again, parked what it claims."""
    analysis: Analysis | None = None
    """What the analyst read from its duel; its cost is not in `spending`."""
    assessment: Assessment | None = None
    """What the planner concluded on its direction."""


def show(name: Search, number: Number, as_json: Json = False) -> None:
    """Tell the whole story of one candidate.

    Hypothesis, gates, pairs, interval, confirmation, profile, seeds, device, evaluator; from git alone.

    \b
    Examples:
      vibeserve show first 4
      vibeserve show first 4 --json
    """
    ledger = open_ledger(find_home())
    find_entry(ledger, name, number)
    record = next((record for record in ledger.records(name) if record.number == number), None)
    chronicle, again = read_chronicle(ledger, name), _again(ledger.reviews(name), number)
    chapter = next(chapter for chapter in chronicle.chapters if chapter.number == number)
    acts = about(chronicle.verbs, number, claim=chapter.claim)
    story = _story(ledger, name, record, again).model_copy(update={"verbs": acts}) if record else None
    if as_json:
        print_json(story or chapter)
        return
    result.print(story_of(story, chapter) if story else _title(chapter))
    for review in again:
        result.print(Text(f"{day(review.ended)}  {review.sentence()} (asked for by {review.author})"))
    for verb in acts:
        result.print(Text(f"{day(verb.when)}  {verb.sentence()}"))
    if beside := [each for each in chronicle.curves if each.search != name]:
        told = f"beside it: the search {beside[0].search} with the policy {beside[0].policy} (vibeserve history {name})"
        result.print(Text(told, style="dim"))


def _story(ledger: Ledger, name: str, record: Record, again: tuple[Review, ...]) -> Story:
    analysis, assessment = ledger.analyses(name).get(record.number), recall(ledger, name).assessments.get(record.number)
    return Story(**dict(record), reviews=again, analysis=analysis, assessment=assessment)


def _again(reviews: Sequence[Review], number: int) -> tuple[Review, ...]:
    """The reviews that judged a candidate again, with what they say of it alone."""
    told = ((review, tuple(retrial for retrial in review.retrials if retrial.number == number)) for review in reviews)
    return tuple(review.model_copy(update={"retrials": retrials}) for review, retrials in told if retrials)


def story_of(record: Story, chapter: Chapter) -> RenderableType:
    """Everything about a finished candidate."""
    parts: list[RenderableType] = [_title(chapter), _hypothesis(record.hypothesis)]
    if record.gates:
        parts.append(_gates(record.gates))
    if isinstance(record.verdict, Rejected) and record.verdict.evidence:
        parts.append(Group(Text("evidence", style="bold"), Text(record.verdict.evidence.strip(), style="dim")))
    parts += _pairs(record)
    if record.profile:
        parts.append(_profile(record.profile))
    parts += _opinions(record)
    if spending := spending_on(record, record.analysis):
        parts.append(Group(Text("models", style="bold"), role_table(spending)))
    spaced = [each for part in parts for each in (part, Text(""))]
    return Group(*spaced, _facts(record))


def _opinions(story: Story) -> list[RenderableType]:
    parts: list[RenderableType] = [judgement_view(story.judgements)] if story.judgements else []
    parts += [analysis_view(story.analysis)] if story.analysis else []
    return [*parts, *([assessment_view(story.assessment)] if story.assessment else [])]


def _title(chapter: Chapter) -> Text:
    text = Text.assemble((f"#{chapter.number} ", "bold cyan"), (chapter.state.replace("_", " "), f"bold {STYLES[chapter.state]}"))
    if chapter.ratio is not None and chapter.interval is not None:
        text.append(f"  {ratio(chapter.ratio)} {interval(chapter.interval)} in {chapter.pairs} pairs", style="bold")
    if chapter.confirmed_ratio is not None:
        text.append(f", confirmed {ratio(chapter.confirmed_ratio)} on held-out seeds")
    if chapter.canary_ratio is not None:
        text.append(f", {ratio(chapter.canary_ratio)} beside the announced load")
    if chapter.limit_share is not None:
        text.append(f", {chapter.limit_share:.0%} of the physical limit")
    if chapter.stage:
        text.append(f" at {chapter.stage}")
    if chapter.champion:
        text.append("  champion", style="bold green reverse")
    if chapter.parent is not None:
        text.append(f"  from #{chapter.parent}", style="dim")
    return text.append(f"\n{chapter.reason}") if chapter.reason else text


def _hypothesis(hypothesis: Hypothesis) -> RenderableType:
    table = _grid()
    table.add_row("hypothesis", hypothesis.claim)
    for name, text in (
        ("because", hypothesis.mechanism),
        ("evidence", hypothesis.evidence),
        ("active when", hypothesis.activation),
        ("wrong if", hypothesis.falsifier),
    ):
        if text:
            table.add_row(name, text)
    table.add_row("expected", f"{math.exp(hypothesis.expected_log_gain):.2f}x")
    for choice in hypothesis.composition.choices if hypothesis.composition else ():
        settings = ", ".join(f"{key} {value}" for key, value in choice.settings.items())
        table.add_row(f"  {choice.slot.value}", f"{choice.recipe}" + (f" ({settings})" if settings else ""))
    return table


def _gates(gates: tuple[Gate, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for gate in gates:
        mark = Text("✓", style="green") if gate.passed else Text("✗", style="red")
        table.add_row(mark, gate.stage, f"{gate.seconds:.1f} s", Text(gate.summary))
    return table


def _pairs(record: Record) -> list[RenderableType]:
    if not record.pairs:
        return []
    cut = len(record.pairs) - record.confirming_pairs
    parts: list[RenderableType] = [pair_table("duel", record.pairs[:cut])]
    later = record.pairs[cut:]
    for title, load in (("confirmation on held-out seeds", "announced"), ("canary: beside the announced load", "canary")):
        if found := [pair for pair in later if pair.load == load]:
            parts.append(pair_table(title, found))
    return [*parts, metric_table([pair for pair in record.pairs if pair.load == "announced"])]


def _profile(profile: Profile) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for share, part in sorted(profile.shares.items(), key=lambda item: -item[1]):
        table.add_row(share.value.replace("_", " "), f"{part:.1%}", gauge(part))
    summary = (
        f"{profile.bytes_of_peak:.0%} of the machine's bytes/s, {profile.flops_of_peak:.0%} of its flops/s, "
        f"mean batch {profile.mean_batch:.1f}, {profile.queue_share:.0%} of a request's life before its first token"
    )
    return Group(Text("profile", style="bold"), table, Text(summary, style="dim"))


def _facts(record: Record) -> RenderableType:
    table = _grid()
    cost = f"{duration(record.device_seconds)} on the device, {duration((record.ended - record.started).total_seconds())} in all"
    table.add_row("cost", cost)
    for name, text in (("device", record.device), ("evaluator", record.evaluator), ("seeds", " ".join(map(str, record.seeds)))):
        if text:
            table.add_row(name, Text(text))
    table.add_row("source", f"commit {record.source.commit}, tree {record.source.tree}")
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    return table
