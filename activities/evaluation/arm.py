"""One arm of a pair: a fresh server under the scenario's load, its figures, and a sample of its timed answers judged."""

import time

from activities.evaluation.answers import Answered, Finding, find_fault, judge
from activities.evaluation.figures import Figures, figures, most_rise, rise, tokens_inside, traffic
from activities.evaluation.foretelling import foretold_load
from activities.evaluation.gate import ending
from activities.evaluation.ground import Ground
from activities.evaluation.loading import Loaded, drive
from activities.evaluation.roof import is_beyond, limit_share
from activities.evaluation.sampling import drawn, for_sample
from activities.evaluation.server import Launch, serving
from activities.evaluation.traces import LoadPlan, Window
from search.measurement import Arm
from search.metric import TOKENS_PER_SECOND, Metric
from search.value import Value
from targets.lease import Lease

_SAMPLE = 12
"""Judged answers of an arm: cheating on one request in ten goes unseen through the seven arms of the shortest win once in 7,000 times."""
_FEW = 3
_MOST_LEAP = 1000.0


class Measured(Value):
    """An arm with the evidence for what went wrong in it, if anything did."""

    arm: Arm
    evidence: str = ""
    leap: float = 1.0
    """Throughput inside the window over that before it."""
    doubt: str | None = None
    """Why its figures say nothing although nothing failed; None when they count."""

    @property
    def fault(self) -> str | None:
        """Why this arm has no score, in one line; None when it has one."""
        return self.arm.mismatch


async def measure_arm(ground: Ground, launch: Launch, *, seed: int, window_seconds: float, lease: Lease) -> Measured:
    """Starts a server, loads it, stops it, judges a sample that nobody could foretell. Raises `ServerFailed`."""
    foretold = await foretold_load(ground, seed=seed)
    async with serving(launch, runs=ground.home.runs, lease=lease) as server:
        plan = LoadPlan(
            socket=server.socket,
            scenario=ground.scenario.name,
            scale=ground.scale,
            seed=seed,
            foretold=foretold,
            window_seconds=window_seconds,
            own=(server.pid,),
        )
        loaded = await drive(plan, say=ground.say)
        failed = any(trace.exchange.fault for trace in loaded.traces if not trace.abandoned)
        gone, peak, log = await ending(server) if failed else None, server.usage().peak_memory_bytes, server.log_tail()
    started = server.start_seconds
    answered = [Answered(trace.request, trace.exchange) for trace in loaded.traces if not trace.abandoned]
    wrong = [finding for one in answered if (finding := find_fault(ground, one))]
    if gone or wrong:
        found = wrong[0] if wrong else Finding(reason="", evidence="")
        reason = f"the server {gone} under load" if gone else f"{len(wrong)} of {len(answered)} timed requests failed: {found.reason}"
        return _spoiled(loaded.window, reason, failed=max(len(wrong), 1), evidence=f"{found.evidence}\nlog: {log}")
    shown = figures(loaded.traces, loaded.window, ground.scale.limits)
    arm = as_arm(shown, loaded.window, metric=ground.scenario.metric, start_seconds=started, peak_memory_bytes=peak)
    share = await _limit_share(ground, loaded, lease) if arm.score > 0 else None
    return await _verified(ground, loaded, arm.model_copy(update={"limit_share": share}))


def spoiled_arm(reason: str) -> Arm:
    """An arm without figures, for a pair that counts for nothing."""
    nothing = Window(opened=0.0, closed=0.0, drained=0.0, steady=False, foreign_load=0.0)
    return _spoiled(nothing, reason, failed=0, evidence="").arm


async def _limit_share(ground: Ground, loaded: Loaded, lease: Lease) -> float:
    """Against the machine's peaks, which are measured again before a score is held to be beyond them."""
    brought = traffic(loaded.traces, loaded.window)

    def share() -> float:
        return limit_share(ground.scenario, ground.checkpoint, ground.policy, brought, ground.roof.peaks)

    await ground.roof.raise_for(share(), lease)
    return share()


async def _verified(ground: Ground, loaded: Loaded, arm: Arm) -> Measured:
    """Adds the reference's judgement of a sample, drawn after the window has closed."""
    if arm.score <= 0:
        return _spoiled(loaded.window, "no output token arrived inside the window", failed=0, evidence="")
    counted = [trace for trace in loaded.traces if tokens_inside(trace, loaded.window)]
    if len(counted) < _FEW:
        ground.say(f"only {len(counted)} requests touched the window of {arm.window_seconds:.1f} s")
    sample = drawn(counted, [tokens_inside(trace, loaded.window) for trace in counted], most=_SAMPLE)
    ground.say(f"the reference judges {len(sample)} timed answers")
    answered, began = [Answered(trace.request, trace.exchange) for trace in sample], time.monotonic()
    findings = await judge(ground, answered, for_sample(ground.policy, sum(len(trace.exchange.token_ids) for trace in sample)))
    verified = arm.model_copy(update={"verified_tokens": findings.tokens, "verify_seconds": time.monotonic() - began})
    if not findings.wrong:
        leap = min(rise(loaded.traces, loaded.window), _MOST_LEAP)
        allowed = most_rise(loaded.traces, loaded.window) if ground.scenario.metric == TOKENS_PER_SECOND else _MOST_LEAP
        return Measured(arm=verified, leap=leap, doubt=_doubt(leap, allowed, arm.limit_share))
    reason = f"{len(findings.wrong)} of {len(sample)} sampled timed answers are wrong: {findings.wrong[0].reason}"
    return Measured(arm=verified.model_copy(update={"mismatch": reason}), evidence=findings.wrong[0].evidence)


def _doubt(leap: float, allowed: float, share: float | None) -> str | None:
    """Why figures are not believed: faster than the machine can be, or tokens that were held back before the window and let go in it,
    which show as a leap, because honest throughput was flat before it opened. Only a metric of throughput gains by that."""
    if is_beyond(share):
        return f"the score is {share:.2f} times the physical limit of this machine"
    return f"throughput rose {leap:.2f}-fold when the window opened" if leap > allowed else None


def as_arm(shown: Figures, window: Window, *, metric: Metric = TOKENS_PER_SECOND, start_seconds: float, peak_memory_bytes: int) -> Arm:
    """The figures of a load as an arm without fault; nothing is verified yet."""
    return Arm(
        score=metric.score(getattr(shown, metric.figure)) if shown.tokens else 0.0,
        tokens_per_second=shown.tokens_per_second,
        ttft_p50=shown.ttft_p50,
        ttft_p99=shown.ttft_p99,
        tpot_p50=shown.tpot_p50,
        tpot_p99=shown.tpot_p99,
        latency_p50=shown.latency_p50,
        latency_p99=shown.latency_p99,
        ttft_quantiles=shown.ttft_quantiles,
        tpot_quantiles=shown.tpot_quantiles,
        latency_quantiles=shown.latency_quantiles,
        request_tokens_per_second_p50=shown.request_tokens_per_second_p50,
        goodput=shown.goodput,
        requests=shown.requests,
        failed=0,
        window_seconds=window.closed - window.opened,
        warmup_seconds=window.opened,
        drain_seconds=window.drained - window.closed,
        start_seconds=start_seconds,
        peak_memory_bytes=peak_memory_bytes,
        foreign_load=window.foreign_load,
        verified_tokens=0,
    )


def _spoiled(window: Window, reason: str, *, failed: int, evidence: str) -> Measured:
    nothing = Figures(
        tokens=0,
        tokens_per_second=0.0,
        ttft_p50=0.0,
        ttft_p99=0.0,
        tpot_p50=0.0,
        tpot_p99=0.0,
        latency_p50=0.0,
        latency_p99=0.0,
        request_tokens_per_second_p50=0.0,
        goodput=0.0,
        requests=0,
        touching=0,
    )
    arm = as_arm(nothing, window, start_seconds=0.0, peak_memory_bytes=0)
    return Measured(arm=arm.model_copy(update={"failed": failed, "mismatch": reason}), evidence=evidence)
