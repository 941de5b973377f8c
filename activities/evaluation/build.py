"""Runs a candidate's `build.py` once per tree, in the sandbox with the compilers at hand."""

import asyncio
import sys
import tempfile
from pathlib import Path

from activities.evaluation.server import LOG_BYTES, describe_ending
from activities.sandbox.cell import GIB, Cell, Limits
from activities.sandbox.confinement import confine
from activities.sandbox.removal import remove_folder

MEMORY_BYTES = 8 * GIB
OUTPUT_BYTES = GIB
OUTPUT_FILES = 5000
LIMIT_SECONDS = 300.0


class BuildFailed(Exception):
    """`build.py` did not do its work: the candidate's fault, told in one line, with the end of its log."""

    def __init__(self, reason: str, log: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.log = log


async def build_tree(candidate: Path, out: Path, *, limit_seconds: float = LIMIT_SECONDS) -> Path | None:
    """The folder that the candidate's `build.py` made, `out`, or None when it has no `build.py`.

    `out` is named after the tree, so it is made once and found again; it appears complete or not at all. Raises `BuildFailed`.
    """
    if not _has_script(candidate):
        return None
    if not _is_made(out):
        await _make(candidate, out, limit_seconds)
    return out


def is_due(candidate: Path, out: Path) -> bool:
    """Whether `build_tree` would have to build."""
    return _has_script(candidate) and not _is_made(out)


def _has_script(candidate: Path) -> bool:
    return (candidate / "build.py").is_file()


def _is_made(out: Path) -> bool:
    return out.is_dir()


async def _make(candidate: Path, out: Path, limit_seconds: float) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=".building-", dir=out.parent))
    try:
        made = workplace / "out"
        made.mkdir()
        await _run(_cell(candidate, made, limit_seconds), workplace / "log")
        _publish(made, out)
    finally:
        await asyncio.to_thread(remove_folder, workplace)


async def _run(cell: Cell, log: Path) -> None:
    async with confine(cell, log=log) as confined:
        code = await confined.wait()
        if confined.breach is not None or code != 0:
            reason = describe_ending(confined) or "ended"
            raise BuildFailed(f"build.py {reason}", confined.log_tail(LOG_BYTES))


def _cell(candidate: Path, made: Path, limit_seconds: float) -> Cell:
    return Cell(
        command=(sys.executable, "build.py", "--out", "/out"),
        folder="/candidate",
        read_only={"/candidate": candidate.resolve()},
        writable={"/out": made.resolve()},
        limits=Limits(memory_bytes=MEMORY_BYTES, writable_bytes=OUTPUT_BYTES, writable_files=OUTPUT_FILES, seconds=limit_seconds),
    )


def _publish(made: Path, out: Path) -> None:
    """Another builder of the same tree may have been quicker: then its folder stands."""
    try:
        made.rename(out)
    except OSError:
        if not _is_made(out):
            raise
