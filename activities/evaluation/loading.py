"""Runs the load generator in its own process and collects what it measured."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from activities.evaluation.traces import LINE, LoadPlan, Phase, Progress, Trace, Window
from search.value import Value

_ROOT = Path(__file__).parents[2]
_LINE_BYTES = 1 << 28
_TAIL = 2000


class LoadFailed(RuntimeError):
    """The load generator itself broke: our fault or the machine's, never the candidate's."""


class Loaded(Value):
    """Every request of one load, in the order in which they were sent, and the window that counts."""

    traces: tuple[Trace, ...]
    window: Window


async def drive(plan: LoadPlan, *, say: Callable[[Phase], None]) -> Loaded:
    """Loads a running server; `say` hears of each phase as it begins. Raises `LoadFailed`."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "activities.evaluation.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        limit=_LINE_BYTES,
    )
    try:
        return await _collect(child, plan, say)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _collect(child: asyncio.subprocess.Process, plan: LoadPlan, say: Callable[[Phase], None]) -> Loaded:
    assert child.stdin and child.stdout and child.stderr
    complaints = asyncio.create_task(child.stderr.read())
    child.stdin.write(plan.model_dump_json().encode())
    child.stdin.close()
    traces: list[Trace] = []
    window: Window | None = None
    async for line in child.stdout:
        match LINE.validate_json(line):
            case Progress(phase=phase):
                say(phase)
            case Trace() as trace:
                traces.append(trace)
            case Window() as told:
                window = told
    code, told = await child.wait(), (await complaints).decode(errors="replace")
    if code != 0 or window is None:
        raise LoadFailed(f"the load generator ended with exit code {code}: {told[-_TAIL:]}")
    return Loaded(traces=tuple(traces), window=window)
