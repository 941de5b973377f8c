"""What a log file shows of a running search: one line for each change between two Progress values."""

import math
from datetime import datetime
from statistics import median

from cli.figures import bounds, moment, ratio
from workflows.progress import Progress, Runner


def changed_lines(before: Progress | None, after: Progress, now: datetime) -> tuple[str, ...]:
    """Events with the time at which they happened, other changes with the time at which they were seen."""
    known = before.events if before else ()
    events = [f"{moment(event.when)}  {event.text}" for event in after.events if event not in known]
    seen = [f"{moment(now)}  {line}" for line in (*_runner_lines(before, after), *_champion_lines(before, after))]
    return (*events, *seen)


def _runner_lines(before: Progress | None, after: Progress) -> list[str]:
    known = {runner.number: runner for runner in before.runners} if before else {}
    return [_runner_line(known.get(runner.number), runner) for runner in after.runners if _differs(known.get(runner.number), runner)]


def _differs(before: Runner | None, after: Runner) -> bool:
    return before is None or (before.stage, before.log_ratios, before.voids) != (after.stage, after.log_ratios, after.voids)


def _runner_line(before: Runner | None, runner: Runner) -> str:
    """The claim stands where it is new; it is long."""
    text = f"#{runner.number} {runner.stage}"
    if before and before.stage == runner.stage and len(runner.voids) > len(before.voids):
        return f"{text}: void pair {len(runner.voids)}, measured again: {runner.voids[-1]}"
    if not runner.log_ratios:
        return text if before and before.claim == runner.claim else f"{text}: {runner.claim}"
    text += f": {len(runner.log_ratios)} of {runner.pairs_planned} pairs, {ratio(math.exp(median(runner.log_ratios)))}"
    return f"{text} {bounds(runner.interval.low, runner.interval.high)}" if runner.interval else text


def _champion_lines(before: Progress | None, after: Progress) -> list[str]:
    leader = after.leader
    if leader is None or (before is not None and before.leader == leader):
        return []
    if leader.number == 0:
        return ["champion #0, the starter"]
    return [f"champion #{leader.number}: {ratio(leader.ratio)} the starter {bounds(leader.low, leader.high)}"]
