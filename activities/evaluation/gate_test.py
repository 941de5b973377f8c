"""Runs a test that joined the gate, or wants to: a small program in a cell of its own beside a freshly started candidate.

It reaches the candidate's Unix socket and the model's folder, nothing else. That a test which breaks is no finding protects honest
candidates; that a candidate may not break a test which the starter passes keeps this from being a way around it.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Literal

from activities.evaluation.gate import Passed, one_line, rejected
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch, Server, ServerFailed, serving
from activities.sandbox.cell import GIB, MIB, Cell, Limits
from activities.sandbox.confinement import confine
from activities.sandbox.removal import remove_folder
from search.gate_test import GateTest
from search.value import Value
from search.verdict import Rejected

STAGE = "tests"
LIMIT_SECONDS = 120.0
_LIMITS = Limits(memory_bytes=2 * GIB, processes=128, scratch_bytes=64 * MIB, writable_bytes=MIB, log_bytes=MIB, seconds=LIMIT_SECONDS)
_LOG_BYTES = 4096
_APART = 'exec "$@" 2>/told/stderr'
"""The reason is the last line of stdout, so what a test complains about goes elsewhere."""


class Ran(Value):
    """One run of one test."""

    outcome: Literal["passed", "failed", "broken"]
    reason: str
    evidence: str = ""


class Trial(Value):
    """Whether a test is a finding: it fails on the accused, passes on the starter, and does so with every seed."""

    accepted: bool
    reason: str
    evidence: str = ""
    seconds: float = 0.0
    """For which it held the device."""


async def run_test(ground: Ground, launch: Launch, test: GateTest, *, seed: int, limit_seconds: float = LIMIT_SECONDS) -> Ran:
    """Against a fresh server that nobody asked before; one that does not start breaks the test."""
    ground.say(f"test {test.name}")
    async with ground.leased() as lease:
        try:
            async with serving(launch, runs=ground.home.runs, lease=lease) as server:
                return await _run(ground, server, test, seed, limit_seconds)
        except ServerFailed as failed:
            return Ran(outcome="broken", reason=f"the server {failed.reason}", evidence=failed.log)


async def try_test(ground: Ground, test: GateTest, *, accused: Launch, starter: Launch, seeds: Sequence[int]) -> Trial:
    """Every seed on the accused, then every seed on the starter; the first run that is not as claimed ends it."""
    first: Ran | None = None
    for seed in seeds:
        ran = await run_test(ground, accused, test, seed=seed)
        if ran.outcome != "failed":
            return _refused(f"on candidate {test.accused} with seed {seed} it {_words(ran)}; it must fail with every seed", ran)
        first = first or ran
    for seed in seeds:
        ran = await run_test(ground, starter, test, seed=seed)
        if ran.outcome != "passed":
            return _refused(f"on the starter with seed {seed} it {_words(ran)}; it must pass with every seed", ran)
    assert first is not None, "a trial needs a seed"
    return Trial(accepted=True, reason=first.reason, evidence=first.evidence)


async def check_tests(ground: Ground, launch: Launch, *, tests: Sequence[GateTest], starter: Launch, seed: int) -> Passed | Rejected:
    """The gate: every test with a seed of its own. A broken run is repeated; when it breaks again where the starter passes, the
    candidate is what breaks it."""
    broken: list[str] = []
    for test in tests:
        own, second = (Random(f"{test.name} {turn} {seed}").getrandbits(48) for turn in (1, 2))
        ran = await run_test(ground, launch, test, seed=own)
        if ran.outcome == "broken":
            ran = await run_test(ground, launch, test, seed=second)
        if ran.outcome == "failed":
            return rejected(STAGE, f"{test.name}: {ran.reason}", f"{test.why}\n{ran.evidence}")
        if ran.outcome == "broken":
            if (await run_test(ground, starter, test, seed=second)).outcome == "passed":
                return rejected(STAGE, f"{test.name}, which the starter passes, {_words(ran)}", f"{test.why}\n{ran.evidence}")
            broken.append(test.name)
    passed = f"{len(tests) - len(broken)} of {len(tests)} tests pass"
    return Passed(summary=f"{passed}; broken on the starter too: {', '.join(broken)}" if broken else passed)


async def _run(ground: Ground, server: Server, test: GateTest, seed: int, limit_seconds: float) -> Ran:
    runs = server.folder.parent.parent
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=runs))
    try:
        for name in ("test", "told"):
            (folder / name).mkdir()
        (folder / "test" / f"{test.name}.py").write_text(test.program)
        async with confine(_cell(ground, server, folder, test, seed, limit_seconds), log=folder / "log") as confined:
            code = await confined.wait()
            return _ran(code, confined.breach, confined.log_tail(_LOG_BYTES), _complaint(folder / "told" / "stderr"))
    finally:
        await asyncio.to_thread(remove_folder, folder)


def _cell(ground: Ground, server: Server, folder: Path, test: GateTest, seed: int, limit_seconds: float) -> Cell:
    program = ("/bin/sh", "-c", _APART, "sh", sys.executable, f"{test.name}.py")
    return Cell(
        command=(*program, "--socket", "/run/candidate/socket", "--model", "/model", "--seed", str(seed)),
        folder="/test",
        read_only={"/test": folder / "test", "/model": ground.checkpoint.folder.resolve(), "/run/candidate": server.folder},
        writable={"/told": folder / "told"},
        limits=_LIMITS.model_copy(update={"seconds": limit_seconds}),
    )


def _ran(code: int, breach: str | None, printed: str, complaint: str) -> Ran:
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    reason, evidence = one_line(lines[-1]) if lines else "", f"{printed}\n{complaint}".strip()
    if breach is not None:
        return Ran(outcome="broken", reason=breach, evidence=evidence)
    if code == 0:
        return Ran(outcome="passed", reason=reason, evidence=evidence)
    if code == 1 and reason:
        return Ran(outcome="failed", reason=reason, evidence=evidence)
    words = complaint.strip().splitlines()[-1:] or ["it printed no reason"]
    return Ran(outcome="broken", reason=one_line(f"exit code {code}: {words[0]}"), evidence=evidence)


def _complaint(path: Path) -> str:
    """The end of what it wrote to stderr; the file is the test's own, which may have put anything in its place."""
    if path.is_symlink() or not path.is_file():
        return ""
    return path.read_bytes()[-_LOG_BYTES:].decode(errors="replace")


def _words(ran: Ran) -> str:
    match ran.outcome:
        case "passed":
            return "passes"
        case "failed":
            return f"fails ({ran.reason})"
        case "broken":
            return f"breaks ({ran.reason})"


def _refused(reason: str, ran: Ran) -> Trial:
    return Trial(accepted=False, reason=reason, evidence=ran.evidence)
