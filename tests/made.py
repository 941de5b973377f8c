"""Values that many tests need, unremarkable but for what a test says."""

from datetime import timedelta

from search.measurement import Arm
from search.spec import Budget, Spec


def make_arm(score: float, **changes: object) -> Arm:
    """An arm that was measured without fault, of so many tokens per second."""
    plain: dict[str, object] = {
        "score": score,
        "tokens_per_second": score,
        "goodput": 1.0,
        "requests": 10,
        "failed": 0,
        "ttft_p50": 0.1,
        "ttft_p99": 0.2,
        "tpot_p50": 0.01,
        "tpot_p99": 0.02,
        "latency_p50": 1.0,
        "latency_p99": 2.0,
        "window_seconds": 5.0,
        "warmup_seconds": 2.0,
        "drain_seconds": 1.0,
        "start_seconds": 2.0,
        "peak_memory_bytes": 10**9,
        "foreign_load": 0.0,
        "verified_tokens": 100,
    }
    return Arm.model_validate({**plain, **changes})


def make_spec(name: str = "first", **changes: object) -> Spec:
    """A small search on the processor."""
    plain: dict[str, object] = {
        "name": name,
        "scenario": "chat",
        "target": "cpu",
        "model": "tiny",
        "agent": "recipes",
        "policy": "bandit",
        "correctness": "lossless",
        "seed": 7,
        "parallel": 1,
        "budget": Budget(candidates=8, wall_clock=timedelta(hours=1)),
    }
    return Spec.model_validate({**plain, **changes})
