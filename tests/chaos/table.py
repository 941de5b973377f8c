"""The table of boundaries and outcomes, as Markdown."""

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.chaos.doom import MOMENTS

Blows = Sequence[Mapping[str, Any]]
VICTIMS = ("worker", "server", "both")
HEAD = """# What dies, where, and what comes of it

`python -m tests.chaos` (`make chaos`) wrote this. One scripted search: models over HTTP that answer from a script, gates and pairs that
read a candidate's text. Everything else is real: worker process, embedded Temporal server on SQLite, git, sessions, duels, promotions, a
repair, a rejected candidate, a continue-as-new after nearly each candidate. In each life the victim gets `kill -9` at every boundary once,
in one moment. Each life ended with the ledger of an undisturbed one (the same trees, messages, records, tags and number of objects of each
kind), with the same budget spent, no step begun again after its acknowledgement, no process, lock or worktree left; else it stood not here.

A cell: seconds from the kill to the next step that began, the start of what died included. `again`: the step that was struck ran twice.
"""


def write_table(to: Path, lives: Mapping[str, Blows]) -> None:
    """All lives that are known."""
    lines = [HEAD, *_summary(lives)]
    for moment, words in MOMENTS.items():
        columns = {victim: {blow["boundary"]: blow for blow in lives.get(f"{moment}/{victim}", ())} for victim in VICTIMS}
        lines += ["", f"## {words.capitalize()}", "", "| boundary | " + " | ".join(VICTIMS) + " |", "|---|---:|---:|---:|"]
        for boundary in sorted({name for column in columns.values() for name in column}, key=_order):
            lines.append(f"| {boundary} | " + " | ".join(_cell(columns[victim].get(boundary)) for victim in VICTIMS) + " |")
    to.write_text("\n".join(lines) + "\n")


def _summary(lives: Mapping[str, Blows]) -> list[str]:
    lines = ["| life | deaths | ran again | median s | most s |", "|---|---:|---:|---:|---:|"]
    for name, blows in lives.items():
        seconds = sorted(blow["seconds"] for blow in blows if not math.isnan(blow["seconds"]))
        again = "" if name.startswith("random") else str(sum(blow["again"] for blow in blows))
        figures = f"{statistics.median(seconds):.1f} | {seconds[-1]:.1f}" if seconds else "|"
        lines.append(f"| {name} | {len(blows)} | {again} | {figures} |")
    return lines


def _cell(blow: Mapping[str, Any] | None) -> str:
    if blow is None:
        return ""
    seconds = "the last one" if math.isnan(blow["seconds"]) else f"{blow['seconds']:.1f}"
    return seconds + (", again" if blow["again"] else "")


def _order(boundary: str) -> tuple[str, int]:
    """Pairs of a duel by number."""
    words, _, number = boundary.rpartition(" ")
    return (words, int(number)) if number.isdigit() else (boundary, 0)
