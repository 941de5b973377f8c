"""Tools that run the candidate's tree on the target: commands, the open gates, public loads. Nothing that they find counts."""

import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import Field

from activities.agents.schemas import PROGRAM_CHARACTERS
from activities.agents.tools.files import NoArguments
from activities.agents.tools.tool import Tool, bounded
from activities.evaluation.arm import measure_arm
from activities.evaluation.conformance import check_conformance
from activities.evaluation.correctness import check_correctness
from activities.evaluation.gate import Passed
from activities.evaluation.gate_test import run_test
from activities.evaluation.ground import Ground
from activities.evaluation.profiling import profile_candidate
from activities.evaluation.server import Launch, ServerFailed, describe_ending
from activities.sandbox.cell import GIB, Cell, Limits
from activities.sandbox.confinement import confine
from activities.sandbox.removal import remove_folder
from search.gate_test import GateTest
from search.profile import Profile
from search.value import Value
from search.verdict import Rejected
from targets.peaks import Peaks

DOES_NOT_COUNT = "public requests, one short window, no comparison: this figure does not count"
LONGEST_SECONDS = 300
OUTPUT_BYTES = 12_000


class RunCommand(Value):
    """A shell command and how long it may take."""

    command: Annotated[str, Field(min_length=1, max_length=4000)]
    seconds: Annotated[int, Field(ge=1, le=LONGEST_SECONDS)] = 60


class TryTest(Value):
    """A judge's program."""

    program: Annotated[str, Field(min_length=1, max_length=PROGRAM_CHARACTERS)]


RUN = Tool(
    "run_command",
    "Run a shell command in a copy of your tree, in the sandbox: no network, bounded time and memory; the model is at /model, "
    "what build.py made at $BUILD_DIR. Files that it writes are gone afterwards.",
    RunCommand,
)
CONFORMANCE = Tool("check_conformance", "Run the conformance gate on your tree.", NoArguments)
SAMPLE = Tool("check_sample", "Ask your server public questions and have the reference judge its answers.", NoArguments)
BENCHMARK = Tool("quick_benchmark", "Load your server for one short window with public requests. The figure does not count.", NoArguments)
PROFILE = Tool("profile", "Load your server with public requests and say where its time goes.", NoArguments)


TEST = Tool("try_test", "Run a test once on the candidate and once on the starter, as the trial will with other seeds.", TryTest)


async def run_command(ground: Ground, launch: Launch, asked: RunCommand) -> str:
    """Exit code and output; it holds the device meanwhile, so that it spoils nobody's measurement."""
    ground.home.runs.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="", dir=ground.home.runs))
    try:
        async with ground.leased() as lease, confine(_cell(launch, folder, asked), log=folder / "log", keep=lease.descriptor) as confined:
            code = await confined.wait()
            ending = confined.breach or describe_ending(confined) or f"exit code {code}"
            return bounded(f"{ending}\n{confined.log_tail(OUTPUT_BYTES)}")
    finally:
        remove_folder(folder)


async def try_conformance(ground: Ground, launch: Launch, seed: int) -> str:
    """The gate itself, with prompts that are no secret."""
    return _told(await check_conformance(ground, launch, seed=seed))


async def try_sample(ground: Ground, launch: Launch, seed: int) -> str:
    """The correctness gate on questions that are no secret."""
    return _told(await check_correctness(ground, launch, seed=seed))


async def try_benchmark(ground: Ground, launch: Launch, seed: int) -> str:
    """One arm."""
    async with ground.leased() as lease:
        try:
            measured = await measure_arm(ground, launch, seed=seed, window_seconds=ground.scale.load.window_seconds, lease=lease)
        except ServerFailed as failed:
            return bounded(f"the server {failed.reason}\n{failed.log}")
    if measured.fault:
        return bounded(f"{measured.fault}\n{measured.evidence}")
    arm = measured.arm
    times = f"first token p50 {arm.ttft_p50 * 1000:.0f} ms, per token p50 {arm.tpot_p50 * 1000:.1f} ms"
    metric = ground.scenario.metric
    return (
        f"{metric.words(arm.score)} {metric.unit} ({metric}), {times}, others used {arm.foreign_load:.0%} of the cores ({DOES_NOT_COUNT})"
    )


async def try_profile(ground: Ground, launch: Launch, peaks: Peaks | None) -> str:
    """Shares of wall clock."""
    if peaks is None:
        return "the machine was not probed, there is no profile"
    outcome = await profile_candidate(ground, launch, peaks)
    return bounded(_told(outcome) if isinstance(outcome, Rejected) else _profile(outcome))


async def try_gate_test(ground: Ground, launch: Launch, starter: Launch, asked: TryTest, seed: int) -> str:
    """One run on each."""
    test = GateTest(name="tried", program=asked.program, author="a judge", why="it is tried", accused=1)
    told = [f"on {name}: {await _ran(ground, each, test, seed)}" for name, each in (("the candidate", launch), ("the starter", starter))]
    return bounded("\n".join(told))


async def _ran(ground: Ground, launch: Launch, test: GateTest, seed: int) -> str:
    ran = await run_test(ground, launch, test, seed=seed)
    return f"{ran.outcome} ({ran.reason})\n{ran.evidence}".strip()


def _cell(launch: Launch, folder: Path, asked: RunCommand) -> Cell:
    copy = folder / "tree"
    shutil.copytree(launch.candidate, copy)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    build = {"/build": launch.build.resolve()} if launch.build else {}
    return Cell(
        command=("/bin/sh", "-c", f"cd /candidate && timeout {asked.seconds} sh -c {shlex.quote(asked.command)}"),
        folder="/candidate",
        environment={"BUILD_DIR": "/build"} if build else {},
        read_only={"/model": launch.model.resolve(), **build},
        writable={"/candidate": copy},
        limits=Limits(memory_bytes=min(launch.memory_bytes, 8 * GIB), writable_bytes=GIB, writable_files=5000, seconds=asked.seconds + 5),
    )


def _told(outcome: Passed | Rejected) -> str:
    match outcome:
        case Passed(summary=summary):
            return f"passed: {summary}"
        case Rejected(reason=reason, evidence=evidence):
            return bounded(f"failed: {reason}\n{evidence}")


def _profile(profile: Profile) -> str:
    shares = ", ".join(f"{share.replace('_', ' ')} {part:.0%}" for share, part in sorted(profile.shares.items(), key=lambda item: -item[1]))
    operators = "\n".join(f"  {one.seconds:8.2f} s  {one.calls:>7} calls  {one.name}" for one in profile.operators[:15])
    return f"{shares}\nmean batch {profile.mean_batch:.1f}, {profile.output_tokens} tokens in {profile.window_seconds:.1f} s\n{operators}"
