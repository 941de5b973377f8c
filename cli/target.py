"""`vibeserve target`: what a candidate can run on, and what that machine reaches at best."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.completion import targets
from cli.figures import size
from cli.mistakes import misuse
from cli.options import Json
from cli.output import print_json, result, telling
from cli.settings import find_home
from search.value import Value
from targets.peaks import Peaks, write_peaks
from targets.registry import TARGETS, UnknownTarget, find_target

app = typer.Typer(help="What candidates run on.")

GIGA = 1e9


class Listed(Value):
    """One target in one line."""

    name: str
    device: str
    threads: int
    abilities: tuple[str, ...]


@app.command("list")
def list_targets(as_json: Json = False) -> None:
    """List the targets, and what this machine is.

    \b
    Examples:
      vibeserve target list
      vibeserve target list --json
    """
    listed = [_listed(name) for name in TARGETS]
    if as_json:
        print_json(listed)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("target", "device", "threads", "abilities"):
        table.add_column(name, justify="right" if name == "threads" else "left", overflow="fold")
    for each in listed:
        table.add_row(each.name, Text(each.device), str(each.threads), " ".join(each.abilities))
    result.print(table)


@app.command("probe")
def probe_target(
    name: Annotated[str, typer.Argument(metavar="TARGET", help="What to probe.", autocompletion=targets)] = "cpu",
    as_json: Json = False,
) -> None:
    """Measure what this machine reaches at best.

    It takes some seconds and is kept in the home; profiles are compared with it.

    \b
    Examples:
      vibeserve target probe
      vibeserve target probe cpu --json
    """
    with misuse(UnknownTarget):
        find_target(name)
    peaks = asyncio.run(_probe(name))
    write_peaks(find_home().probe, peaks)
    if as_json:
        print_json(peaks)
    else:
        result.print(_peak_table(peaks))


async def _probe(name: str) -> Peaks:
    target = find_target(name)
    with telling() as tell:
        async with target.lease(holder="vibeserve target probe", waiting=lambda words: tell(f"waiting for the device: {words}")):
            tell("measuring for some seconds")
            return await target.probe()


def _listed(name: str) -> Listed:
    target = find_target(name)
    fingerprint = target.fingerprint()
    abilities = tuple(sorted(fingerprint.abilities))
    return Listed(name=name, device=fingerprint.device_class, threads=target.threads(), abilities=abilities)


def _peak_table(peaks: Peaks) -> Table:
    table = Table(title=peaks.device_class, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("what")
    table.add_column("at")
    table.add_column("best", justify="right")
    for working_set, rate in sorted(peaks.read_bytes_per_second.items()):
        table.add_row("reading", size(working_set), f"{rate / GIGA:.1f} GB/s")
    for rows, rate in sorted(peaks.flops_per_second.items()):
        table.add_row("fp32 products", f"{rows} row" + ("s" if rows > 1 else ""), f"{rate / GIGA:.0f} GFLOP/s")
    if peaks.int8_ops_per_second is not None:
        table.add_row("int8 products", "512 rows", f"{peaks.int8_ops_per_second / GIGA:.0f} GOP/s")
    return table
