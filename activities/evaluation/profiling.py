"""Profiles a candidate under the scenario's load: where its time goes, and how near it comes to the machine's peaks.

The operators and the timeline are told by the candidate's own process, which may lie: a profile guides the search and never
promotes. What it says is bounded by what the harness measured itself: the window, the requests and their tokens.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from activities.evaluation.figures import latency, tokens_inside, ttft
from activities.evaluation.foretelling import foretold_load
from activities.evaluation.gate import rejected, server_failed
from activities.evaluation.ground import Ground
from activities.evaluation.loading import Loaded, drive
from activities.evaluation.profile_report import Report, Steps, busiest, operators, shares
from activities.evaluation.server import Launch, Server, ServerFailed, serving
from activities.evaluation.traces import LoadPlan, Phase, Trace, Window
from models.checkpoint import Checkpoint
from search.profile import Profile
from search.value import Value
from search.verdict import Rejected
from targets.peaks import Peaks

STAGE = "profile"
SEED = 0
WINDOW_SECONDS = 2.5
ANSWER_SECONDS = 60.0
REPORT_BYTES = 1 << 20
MOST_PROCESSES = 8
FLOAT_BYTES = 4
_SHIM = Path(__file__).parent / "profile_shim.py"


class ProfileFailed(Exception):
    """The profiler inside the candidate did not answer, or answered nonsense."""


async def profile_candidate(ground: Ground, launch: Launch, peaks: Peaks) -> Profile | Rejected:
    """One server with the profiler inside, under load, for a window of at most 2.5 s. Refused when it does not serve or cannot be
    profiled."""
    shimmed = launch.model_copy(update={"shim": _SHIM})
    try:
        async with ground.leased() as lease, serving(shimmed, runs=ground.home.runs, lease=lease) as server:
            ground.say("profiling")
            loaded, reports = await _observe(ground, server)
            log = server.log_tail()
    except ServerFailed as failed:
        return server_failed(STAGE, failed)
    except ProfileFailed as failed:
        return rejected(STAGE, str(failed))
    faults = [trace.exchange.fault for trace in loaded.traces if trace.exchange.fault and not trace.abandoned]
    if faults:
        return rejected(STAGE, f"{len(faults)} of {len(loaded.traces)} requests failed: {faults[0]}", log)
    return summarise(ground.checkpoint, loaded, reports, peaks)


async def _observe(ground: Ground, server: Server) -> tuple[Loaded, Sequence[Report]]:
    """The load, with the profilers of all its processes running while its window is open."""
    phases: asyncio.Queue[Phase] = asyncio.Queue()
    load = ground.scale.load
    foretold = await foretold_load(ground, seed=SEED)
    plan = LoadPlan(
        socket=server.socket,
        scenario=ground.scenario.name,
        scale=ground.scale,
        seed=SEED,
        foretold=foretold,
        window_seconds=min(load.window_seconds, WINDOW_SECONDS),
        own=(server.pid,),
    )
    async with _profilers(server.folder) as profilers:
        await _ask_all(profilers, "prepare")
        driving = asyncio.create_task(drive(plan, say=phases.put_nowait))
        try:
            await _reach("window", phases, driving)
            await _ask_all(profilers, "start")
            await _reach("drain", phases, driving)
            told = await _ask_all(profilers, "stop")
            return await driving, [_read_report(line) for line in told]
        finally:
            driving.cancel()


async def _reach(phase: Phase, phases: asyncio.Queue[Phase], driving: asyncio.Task[Loaded]) -> None:
    """Until the load is in that phase, or over."""
    heard: Phase | None = None
    while heard != phase:
        hearing = asyncio.create_task(phases.get())
        await asyncio.wait([hearing, driving], return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            hearing.cancel()
            return
        heard = hearing.result()


class _Profiler:
    """The control socket of the profiler in one process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, command: str) -> bytes:
        """One line for one line."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self.writer.write(f"{command}\n".encode())
                line = await self.reader.readline()
        except (OSError, ValueError, TimeoutError) as problem:
            raise ProfileFailed(f"the profiler inside the server did not answer `{command}`: {type(problem).__name__}") from problem
        if not line:
            raise ProfileFailed(f"the profiler inside the server hung up on `{command}`")
        return line


@asynccontextmanager
async def _profilers(folder: Path) -> AsyncGenerator[Sequence[_Profiler]]:
    """Connections to the profilers of all the server's processes."""
    async with AsyncExitStack() as stack:
        profilers: list[_Profiler] = []
        for path in _sockets(folder):
            try:
                reader, writer = await asyncio.open_unix_connection(path, limit=REPORT_BYTES)
            except OSError:
                continue  # of a process that has ended
            stack.callback(writer.close)
            profilers.append(_Profiler(reader, writer))
        if not profilers:
            raise ProfileFailed("the server runs without the profiler")
        yield profilers


def _sockets(folder: Path) -> Sequence[Path]:
    """A link is none: it could lead to somebody else's socket."""
    return sorted(path for path in folder.glob("profile-*") if path.is_socket() and not path.is_symlink())[:MOST_PROCESSES]


async def _ask_all(profilers: Sequence[_Profiler], command: str) -> list[bytes]:
    return await asyncio.gather(*(profiler.ask(command) for profiler in profilers))


def _read_report(line: bytes) -> Report:
    try:
        return Report.model_validate_json(line)
    except ValidationError as problem:
        raise ProfileFailed(f"the profiler's report is not one: {problem.errors()[0]['msg']}") from problem


class Work(Value):
    """What the window's tokens took at least, from the model's dimensions alone."""

    output_tokens: int
    prompt_tokens: int
    context_tokens: int
    """Over all output tokens, how many earlier ones each attends to."""


def summarise(checkpoint: Checkpoint, loaded: Loaded, reports: Sequence[Report], peaks: Peaks) -> Profile:
    """The report beside what the harness measured. Bytes and flops are estimates, with weights and cache counted as fp32."""
    report, window = busiest(reports), loaded.window
    seconds = max(window.closed - window.opened, 1e-9)
    work = _work(loaded.traces, window)
    steps = _steps(reports)
    matrix = matrix_parameters(checkpoint)
    weight_bytes = matrix * FLOAT_BYTES
    cache_bytes = checkpoint.layers * checkpoint.kv_heads * checkpoint.head_dimension * 2 * FLOAT_BYTES
    passes = min(steps.steps or work.output_tokens, work.output_tokens + work.prompt_tokens)
    bytes_per_second = (passes * weight_bytes + work.context_tokens * cache_bytes) / seconds
    flops_per_second = 2 * matrix * (work.output_tokens + work.prompt_tokens) / seconds
    return Profile(
        shares=shares(report, seconds),
        operators=operators(report),
        mean_batch=steps.requests / steps.steps if steps.steps else 0.0,
        queue_share=_queue_share(loaded.traces),
        bytes_per_second=bytes_per_second,
        flops_per_second=flops_per_second,
        bytes_of_peak=min(bytes_per_second / peaks.read_rate(weight_bytes), 1.0),
        flops_of_peak=min(flops_per_second / max(peaks.flops_per_second.values()), 1.0),
        window_seconds=seconds,
        output_tokens=work.output_tokens,
    )


def matrix_parameters(checkpoint: Checkpoint) -> int:
    """Weights that every token is multiplied with; the table of embeddings is only read."""
    attention = 2 * checkpoint.hidden * (checkpoint.heads + checkpoint.kv_heads) * checkpoint.head_dimension
    feed_forward = 3 * checkpoint.hidden * checkpoint.feed_forward
    return checkpoint.layers * (attention + feed_forward) + checkpoint.vocabulary * checkpoint.hidden


def _work(traces: Sequence[Trace], window: Window) -> Work:
    prompt_tokens = context_tokens = 0
    for trace in traces:
        prompt, made = len(trace.exchange.prompt_token_ids or ()), 0
        for arrival in trace.exchange.arrivals:
            inside = window.opened <= arrival.at < window.closed
            prompt_tokens += prompt if inside and made == 0 else 0
            context_tokens += arrival.tokens * (prompt + made) if inside else 0
            made += arrival.tokens
    return Work(
        output_tokens=sum(tokens_inside(trace, window) for trace in traces), prompt_tokens=prompt_tokens, context_tokens=context_tokens
    )


def _steps(reports: Sequence[Report]) -> Steps:
    """All kinds together, of the process that kept the longest account; every process reads the same file."""
    totals = [
        Steps(
            steps=sum(kind.steps for kind in report.steps.values()),
            requests=sum(kind.requests for kind in report.steps.values()),
            tokens=sum(kind.tokens for kind in report.steps.values()),
        )
        for report in reports
    ]
    return max(totals, key=lambda total: total.steps)


def _queue_share(traces: Sequence[Trace]) -> float:
    """Time to first token over latency, summed over the requests that ended."""
    ended = [trace for trace in traces if trace.ended is not None]
    whole = sum(latency(trace) for trace in ended)
    return min(max(sum(ttft(trace) for trace in ended) / whole, 0.0), 1.0) if whole > 0 else 0.0
