"""What a terminal shows of a running search: a picture of one Progress value."""

import math
from collections.abc import Mapping
from datetime import datetime
from statistics import median

from rich.console import ConsoleDimensions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.figures import bounds, duration, moment, ratio, since, spent
from cli.gauge import WIDTH, gauge
from cli.interval_bar import interval_bar
from search.record import Gate
from workflows.progress import Event, Leader, Progress, Runner, Spent

WALL_CLOCK = "wall clock"
HEAD_LINES = 4
RUNNER_LINES = 5
FEWEST_EVENTS = 2
BUDGET_WIDTH = 16
"""Wide enough that nothing moves while time goes by."""
FIGURES_WIDTH = 58
"""Beside the bar of a duel: the ends of its axis, the ratio with its interval, the pairs."""


def picture(progress: Progress, words: Mapping[int, str], now: datetime, size: ConsoleDimensions) -> RenderableType:
    """The whole view in `size`, as far as it can be; `words` are the last words of each candidate's running step."""
    parts: list[RenderableType] = [_heading(progress, now), _champion(progress.leader)]
    parts += [_runner(runner, words.get(runner.number, ""), now, size.width) for runner in progress.runners]
    taken = HEAD_LINES + RUNNER_LINES * len(progress.runners) + len(progress.spent) + 2
    parts += [_budgets(_ticking(progress, now)), _events(progress.events[-max(size.height - taken, FEWEST_EVENTS) :])]
    return Group(*(each for part in parts[:-1] for each in (part, Text(""))), parts[-1])


def _heading(progress: Progress, now: datetime) -> Text:
    left = (progress.ends_by - now).total_seconds()
    rest = f"at most {duration(left)} left" if left > 0 else "its time is used up, it ends in order"
    state = progress.phase if progress.finished else f"{progress.phase} · {rest}"
    return Text.assemble((progress.search, "bold cyan"), f" · {state}", overflow="ellipsis", no_wrap=True)


def _champion(leader: Leader | None) -> Text:
    if leader is None:
        return Text("champion  none yet: the starter goes through its gates", style="dim")
    if leader.number == 0:
        return Text.assemble(("champion  ", "bold"), f"#{leader.number} {leader.claim}", no_wrap=True, overflow="ellipsis")
    figure = f"{ratio(leader.ratio)} the starter {bounds(leader.low, leader.high)}"
    return Text.assemble(
        ("champion  ", "bold"), (figure, "bold green"), f"  #{leader.number} {leader.claim}", no_wrap=True, overflow="ellipsis"
    )


def _runner(runner: Runner, words: str, now: datetime, width: int) -> RenderableType:
    head = Text.assemble((f"#{runner.number} ", "bold cyan"), runner.claim, no_wrap=True, overflow="ellipsis")
    stage = Text.assemble((runner.stage, "bold"), f" for {since(runner.since, now)}", (f"  {words}" if words else "", "dim"))
    stage.no_wrap, stage.overflow = True, "ellipsis"
    lines: list[RenderableType] = [head]
    if runner.gates:
        lines.append(_gates(runner.gates))
    lines.append(stage)
    if runner.voids:
        lines.append(Text(f"{len(runner.voids)} void, the last: {runner.voids[-1]}", style="yellow", no_wrap=True, overflow="ellipsis"))
    if runner.log_ratios:
        lines.append(_duel(runner, bar_width=min(max(width - FIGURES_WIDTH, 15), 61)))
    return Group(lines[0], *(Padding(line, (0, 0, 0, 3)) for line in lines[1:]))


def _gates(gates: tuple[Gate, ...]) -> Text:
    marks = [(f"✓ {gate.stage}  ", "green") if gate.passed else (f"✗ {gate.stage}  ", "red") for gate in gates]
    return Text.assemble(*marks)


def _duel(runner: Runner, *, bar_width: int) -> Text:
    low, high = (runner.interval.low, runner.interval.high) if runner.interval else (None, None)
    middle = ratio(math.exp(median(runner.log_ratios)))
    figure = f"  {middle} {bounds(low, high)}" if low is not None and high is not None else f"  {middle}"
    count = f"  {len(runner.log_ratios)} of {runner.pairs_planned} pairs"
    return Text.assemble(
        interval_bar(runner.log_ratios, low, high, width=bar_width), (figure, "bold"), (count, "dim"), no_wrap=True, overflow="ellipsis"
    )


def _ticking(progress: Progress, now: datetime) -> tuple[Spent, ...]:
    """The wall clock goes on between two steps of the workflow, which knows only the time of its last one."""
    elapsed = (now - progress.started).total_seconds()
    if progress.finished:
        return progress.spent
    return tuple(each.model_copy(update={"used": elapsed}) if each.name == WALL_CLOCK else each for each in progress.spent)


def _budgets(budgets: tuple[Spent, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(min_width=WIDTH)
    table.add_column(justify="right", min_width=BUDGET_WIDTH)
    for budget in budgets:
        bar = gauge(budget.used / budget.limit) if budget.limit else Text("")
        table.add_row(budget.name, bar, spent(budget.used, budget.limit, budget.unit))
    return table


def _events(events: tuple[Event, ...]) -> RenderableType:
    return Group(*(Text.assemble((moment(event.when), "dim"), "  ", event.text, no_wrap=True, overflow="ellipsis") for event in events))
