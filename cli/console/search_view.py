"""What the page and the report show of one search: figures, pictures, and what became of each hypothesis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import median

from markupsafe import Markup

from activities.home import Home
from cli.bill import spending_on
from cli.chronicle import Chapter
from cli.compared import Rivalry, rivalries
from cli.console.chain import Stage, stages
from cli.console.excerpt import stations
from cli.console.lane import Link, read_spans
from cli.console.pictures.axis import clock_ticks, ticks
from cli.console.pictures.climb import Foot, Point, climb
from cli.console.pictures.lanes import lanes
from cli.console.pictures.lineage import Node, lineage
from cli.console.pictures.strip import bar, interval_strip
from cli.console.pictures.svg import WIDE, fitted
from cli.console.shelf import Tale
from cli.console.wording import clock, in_short
from cli.figures import duration
from cli.list import Headline, headline
from scenarios.registry import UnknownScenario, find_scenario
from search.lineage import Direction, directions
from search.record import Record
from search.spending import Spending, together
from search.value import Value

TRIES = 10
BY_TIME = Foot(words="time since the search began", ticks=clock_ticks, say=clock)
BY_CANDIDATE = Foot(
    words="candidates that have ended, the starter first", ticks=lambda last, most: ticks(0.0, last, most, least=1.0), say="{:.0f}".format
)


class Allowance(Value):
    """One budget, used and allowed, in words and as a bar."""

    name: str
    words: str
    bar: str


class Row(Value):
    """One candidate in the table."""

    chapter: Chapter
    stage: Stage | None = None
    seconds: float | None = None
    device_seconds: float | None = None


class Try(Value):
    """What was tried with one recipe."""

    recipe: str
    directions: tuple[Direction, ...]
    """The last ones, and those that won."""
    left_out: int = 0


class Timing(Value):
    """Where the time of all candidates went, by gate."""

    name: str
    seconds: float
    words: str
    bar: str


@dataclass(frozen=True)
class SearchView:
    """Everything that is drawn of a search; each picture is drawn once, when it is first wanted."""

    tale: Tale
    home: Home
    link: Link
    headline: Headline
    metric: str
    stages: tuple[Stage, ...]
    allowances: tuple[Allowance, ...]
    rows: tuple[Row, ...]
    tries: tuple[Try, ...]
    spending: tuple[Timing, ...]
    costs: tuple[Spending, ...]
    """What models cost, by role."""
    rivalries: tuple[Rivalry, ...]
    stations: int
    """Candidates that the tree shows."""

    @cached_property
    def over_candidates(self) -> Markup:
        """The best so far, candidate by candidate."""
        return _climb(self.stages, self.link, limit=self._limit, by_time=False)

    @cached_property
    def over_time(self) -> Markup:
        """The best so far along the clock."""
        return _climb(self.stages, self.link, limit=self._limit, by_time=True)

    @cached_property
    def tree(self) -> Markup:
        """Who came from whom."""
        nodes = [_node(chapter, self.link) for chapter in stations(self.tale.chapters)]
        return lineage(nodes, width=WIDE, label=f"Tree of {len(nodes)} candidates")

    @cached_property
    def lanes(self) -> Markup:
        """What was done when; empty before anything was."""
        spans = read_spans(self.home, self.tale.search, self.tale.records, link=self.link)
        label = "What was done when"
        return fitted(lambda width: lanes(spans, width=width, tick_words=clock, label=label)) if spans else Markup("")

    def strip(self, chapter: Chapter) -> Markup:
        """A candidate's ratio with its interval; empty when nothing was measured."""
        if chapter.ratio is None or chapter.interval is None:
            return Markup("")
        return interval_strip(chapter.ratio, chapter.interval.low, chapter.interval.high, span=self._span, label="")

    @cached_property
    def _span(self) -> float:
        return _span(self.tale.chapters)

    @cached_property
    def _limit(self) -> float | None:
        return _limit(self.tale, self.stages)


def view_search(tale: Tale, home: Home, *, link: Link) -> SearchView:
    """`link` says where a candidate is told."""
    told = stages(tale.records)
    return SearchView(
        tale=tale,
        home=home,
        link=link,
        headline=headline(tale.spec, tale.records, tale.conclusion, tale.reviews, tale.broken),
        metric=_metric(tale.spec.scenario),
        stages=told,
        allowances=_allowances(tale),
        rows=_rows(tale, told),
        tries=tuple(_try(name, found) for name, found in sorted(directions(tale.records).items())),
        spending=_spending(tale.records),
        costs=_costs(tale),
        rivalries=rivalries(tale.comparisons),
        stations=len(stations(tale.chapters)),
    )


def _try(recipe: str, found: tuple[Direction, ...]) -> Try:
    shown = tuple(each for place, each in enumerate(found) if each.verdict == "promoted" or place >= len(found) - TRIES)
    return Try(recipe=recipe, directions=shown, left_out=len(found) - len(shown))


def _metric(scenario: str) -> str:
    try:
        return str(find_scenario(scenario).metric)
    except UnknownScenario:
        return "the scenario's metric"


def _limit(tale: Tale, told: Sequence[Stage]) -> float | None:
    """Where the machine's physical limit lies against the starter: what was reached, over the share of the limit that it is."""
    shares = {chapter.number: chapter.limit_share for chapter in tale.chapters}
    known = [stage.ratio / share for stage in told if stage.ratio and (share := shares.get(stage.number))]
    return median(known) if known else None


def _climb(told: Sequence[Stage], link: Link, *, limit: float | None, by_time: bool) -> Markup:
    points = [_point(stage, link, limit=limit, by_time=by_time) for stage in told]
    foot = BY_TIME if by_time else BY_CANDIDATE
    final = told[-1].standing if told else None
    label = f"Best so far over {'time' if by_time else 'candidates'}"
    label += f": {final.ratio:.2f}x the starter after {len(told)} candidates." if final else ": nothing yet."
    return fitted(lambda width: climb(points, width=width, foot=foot, label=label))


def _point(stage: Stage, link: Link, *, limit: float | None, by_time: bool) -> Point:
    best = stage.standing
    figure = f", {stage.ratio:.3g}x the starter" if stage.ratio and stage.number else ""
    return Point(
        x=stage.seconds if by_time else float(stage.rank),
        state=stage.state,
        words=f"#{stage.number} {stage.state.replace('_', ' ')}{figure}: {stage.claim}",
        link=link(stage.number),
        ratio=stage.ratio,
        best=best.ratio if best else None,
        low=best.low if best else None,
        high=best.high if best else None,
        limit=limit,
    )


def _node(chapter: Chapter, link: Link) -> Node:
    return Node(
        number=chapter.number,
        parent=chapter.parent,
        state=chapter.state,
        words=in_short(chapter),
        link=link(chapter.number),
        ratio=chapter.ratio,
        champion=chapter.champion,
    )


def _rows(tale: Tale, told: Sequence[Stage]) -> tuple[Row, ...]:
    known = {stage.number: stage for stage in told}
    records = {record.number: record for record in tale.records}
    return tuple(_row(chapter, known.get(chapter.number), records.get(chapter.number)) for chapter in tale.chapters)


def _row(chapter: Chapter, stage: Stage | None, record: Record | None) -> Row:
    if record is None:
        return Row(chapter=chapter, stage=stage)
    seconds = (record.ended - record.started).total_seconds()
    return Row(chapter=chapter, stage=stage, seconds=seconds, device_seconds=record.device_seconds)


def _span(chapters: Sequence[Chapter]) -> float:
    """The end of the axis of all strips: it holds every ratio, and not the widest interval."""
    logs = [abs(math.log(chapter.ratio)) for chapter in chapters if chapter.ratio]
    return math.exp(max([*logs, 0.05]) * 1.25)


def _allowances(tale: Tale) -> tuple[Allowance, ...]:
    budget, finished = tale.spec.budget, sum(record.number > 0 for record in tale.records)
    wall = _elapsed(tale.records)
    device = sum(record.device_seconds for record in tale.records)
    limit = budget.wall_clock.total_seconds()
    parts = [
        Allowance(name="candidates", words=f"{finished} of {budget.candidates}", bar=bar(finished / budget.candidates, label="")),
        Allowance(name="wall clock", words=f"{duration(wall)} of {duration(limit)}", bar=bar(wall / limit, label="")),
    ]
    if budget.device_seconds:
        words = f"{duration(device)} of {duration(budget.device_seconds)}"
        return (*parts, Allowance(name="device", words=words, bar=bar(device / budget.device_seconds, label="")))
    return (*parts, Allowance(name="device", words=duration(device), bar=bar(device / wall if wall else 0.0, label="", kind="quiet")))


def _elapsed(records: Sequence[Record]) -> float:
    if not records:
        return 0.0
    return (max(record.ended for record in records) - min(record.started for record in records)).total_seconds()


def _costs(tale: Tale) -> tuple[Spending, ...]:
    """Of all that ended, by role and model; analysts write after the verdict."""
    return together(one for record in tale.records for one in spending_on(record, tale.analyses.get(record.number)))


def _spending(records: Sequence[Record]) -> tuple[Timing, ...]:
    gates = sorted((gate.stage, gate.seconds) for record in records for gate in record.gates)
    sums = {stage: sum(seconds for _, seconds in found) for stage, found in groupby(gates, key=lambda each: each[0])}
    arms = [arm for record in records for pair in record.pairs for arm in (pair.champion, pair.candidate)]
    sums["pairs"] = sum(arm.start_seconds + arm.warmup_seconds + arm.window_seconds + arm.drain_seconds for arm in arms)
    most = max([*sums.values(), 1.0])
    ordered = sorted(sums.items(), key=lambda each: -each[1])
    return tuple(
        Timing(name=name, seconds=seconds, words=duration(seconds), bar=bar(seconds / most, label="", width=240))
        for name, seconds in ordered
        if seconds >= 0.05
    )
