"""The table of the scale benchmark, as Markdown."""

import os
from pathlib import Path

from activities.home import Home
from benchmarks.scale.figures import Sample, read_samples
from benchmarks.scale.timeline import LEDGER_STEPS, Part, parts

ROWS = 10
HEAD = """# A search of {candidates} candidates, {parallel} in flight

`python -m benchmarks.scale --candidates {candidates} --parallel {parallel}` wrote this: scripted agent and scripted measurement, which take
no time; the embedded Temporal server on SQLite, one worker process and the ledger are real, on a machine of {cores} cores that
others used too. So this is what orchestration alone can do. {ended} candidates had ended when it was written.

Duels take place one at a time, in any search: what comes after the gates is a queue.

| candidates | seconds | steps/s | {names} | to the next step | p99 | database | ledger | worker | server |
|---:|---:|---:|{rules}---:|---:|---:|---:|---:|---:|
"""


def write_report(folder: Path, home: Home, *, candidates: int, parallel: int) -> str:
    """Also to `NUMBER.md` in the folder."""
    found, samples = parts(home, max(candidates // ROWS, 1)), read_samples(home)
    head = HEAD.format(
        candidates=candidates,
        parallel=parallel,
        cores=_cores(),
        ended=found[-1].last if found else 0,
        names=" | ".join(LEDGER_STEPS),
        rules="---:|" * len(LEDGER_STEPS),
    )
    text = head + "".join(f"{_row(part, _sample(samples, part.last))}\n" for part in found) + _each(samples)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{candidates}.md").write_text(text)
    return text


def _row(part: Part, sample: Sample | None) -> str:
    steps = " | ".join(f"{part.millis[step]:.0f} ms" for step in LEDGER_STEPS)
    figures = f"{part.steps / part.seconds:.0f} | {steps} | {part.gap_millis:.0f} ms | {part.gap_p99_millis:.0f} ms"
    sizes = " | ".join(_mib(size) for size in _sizes(sample)) if sample else " |" * 3
    return f"| {part.first} to {part.last} | {part.seconds:.0f} | {figures} | {sizes} |"


def _sizes(sample: Sample) -> tuple[int, ...]:
    return (sample.database_bytes, sample.ledger_bytes, sample.worker_bytes, sample.server_bytes)


def _each(samples: tuple[Sample, ...]) -> str:
    """What one more candidate costs, between the first and the last look."""
    if len(samples) < 2:
        return ""
    first, last = samples[0], samples[-1]
    more = max(last.candidates - first.candidates, 1)
    each = [(after - before) / more / 1024 for before, after in zip(_sizes(first), _sizes(last), strict=True)]
    return (
        f"\nOne more candidate costs {each[0]:.0f} KiB of Temporal's database, {each[1]:.1f} KiB of the ledger and {each[2]:.1f} KiB of "
        f"the worker's memory; the ledger has {last.ledger_files} files.\n"
    )


def _sample(samples: tuple[Sample, ...], candidates: int) -> Sample | None:
    """The first look after so many had ended."""
    return next((sample for sample in samples if sample.candidates >= candidates), None)


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


def _cores() -> int:
    return len(os.sched_getaffinity(0))
