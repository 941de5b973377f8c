"""Tables of measured pairs: each pair with its order and both figures, and what the arms were like on the whole."""

import math
from collections.abc import Callable, Sequence
from statistics import median

from rich.table import Table

from cli.figures import milliseconds, ratio, size
from search.measurement import Arm, Pair

Figure = Callable[[Arm], float]

METRICS: tuple[tuple[str, Figure, Callable[[float], str]], ...] = (
    ("output tokens/s", lambda arm: arm.tokens_per_second, lambda value: f"{value:.1f}"),
    ("output tokens/s of a request, p50", lambda arm: arm.request_tokens_per_second_p50, lambda value: f"{value:.1f}"),
    ("of the physical limit", lambda arm: arm.limit_share or 0.0, lambda value: f"{value:.0%}" if value else "unknown"),
    ("TTFT p50", lambda arm: arm.ttft_p50, milliseconds),
    ("TTFT p99", lambda arm: arm.ttft_p99, milliseconds),
    ("TPOT p50", lambda arm: arm.tpot_p50, milliseconds),
    ("TPOT p99", lambda arm: arm.tpot_p99, milliseconds),
    ("latency p50", lambda arm: arm.latency_p50, milliseconds),
    ("latency p99", lambda arm: arm.latency_p99, milliseconds),
    ("goodput, requests/s", lambda arm: arm.goodput, lambda value: f"{value:.2f}"),
    ("drain after the window", lambda arm: arm.drain_seconds, milliseconds),
    ("start", lambda arm: arm.start_seconds, milliseconds),
    ("peak memory", lambda arm: float(arm.peak_memory_bytes), size),
)


def pair_table(title: str, pairs: Sequence[Pair]) -> Table:
    """One line per pair, void ones with their reason."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    unit = pairs[0].metric.unit if pairs else ""
    for name in ("pair", f"champion {unit}", f"candidate {unit}", "ratio", "foreign load"):
        table.add_column(name, justify="right")
    for name in ("first", "seed", ""):
        table.add_column(name)
    for pair in pairs:
        figures = (pair.metric.words(pair.champion.score), pair.metric.words(pair.candidate.score))
        outcome = "void" if pair.void else ratio(math.exp(pair.log_ratio))
        load = max(pair.champion.foreign_load, pair.candidate.foreign_load)
        table.add_row(str(pair.number), *figures, outcome, f"{load:.0%}", pair.first, str(pair.seed), pair.void or "")
    return table


def metric_table(pairs: Sequence[Pair]) -> Table:
    """The median over the valid pairs of each figure, champion beside candidate."""
    table = Table(title="medians", title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("champion", justify="right")
    table.add_column("candidate", justify="right")
    valid = [pair for pair in pairs if pair.void is None]
    for name, figure, words in METRICS if valid else ():
        champion = median(figure(pair.champion) for pair in valid)
        candidate = median(figure(pair.candidate) for pair in valid)
        table.add_row(name, words(champion), words(candidate))
    return table


def arm_table(arm: Arm) -> Table:
    """The figures of one arm."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for name, figure, words in METRICS:
        table.add_row(name, words(figure(arm)))
    return table
