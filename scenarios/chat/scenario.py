"""Chat: many people talk to one model at once; the most answer tokens per second win.

Lengths follow public chat traces, scaled to what two cores serve in seconds. Mean prompt and answer tokens: 161 and 338 in ShareGPT
(vLLM's paper, arXiv 2309.06180, figure 11), 69.5 and 214.5 in LMSYS-Chat-1M (arXiv 2309.11998, table 1). Both have a long right tail, so
medians are well below the means, and a lognormal fits. Production arrivals are burstier than the Poisson process here (BurstGPT, arXiv
2401.17644).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from models.checkpoint import Checkpoint
from scenarios.chat.limit import least_work
from scenarios.chat.workload import questions, requests
from scenarios.scenario import Lengths, Limits, Load, Request, Scale
from scenarios.usual import Usual
from scenarios.work import Traffic, Work
from search.measurement import Objectives
from search.metric import TOKENS_PER_SECOND

_GIB = 1 << 30

_TINY = Scale(
    load=Load(
        mode="closed",
        concurrency=4,
        rate_per_second=20.0,
        warmup_seconds=0.2,
        warmup_limit_seconds=2.0,
        window_seconds=0.6,
        drain_limit_seconds=10.0,
    ),
    questions=10,
    question_seconds=2.0,
    prompt_tokens=Lengths(median=48, sigma=0.4, minimum=28, maximum=128),
    output_tokens=Lengths(median=14, sigma=0.4, minimum=8, maximum=24),
    distinct_words=400,
    context_tokens=256,
    start_limit_seconds=90.0,
    request_limit_seconds=30.0,
    memory_bytes=4 * _GIB,
    limits=Limits(ttft_seconds=0.5, tpot_seconds=0.05),
    objectives=Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.1, peak_memory_bytes=2 * _GIB),
)
_SMALL = Scale(
    load=Load(
        mode="closed",
        concurrency=8,
        rate_per_second=1.5,
        warmup_seconds=2.0,
        warmup_limit_seconds=8.0,
        window_seconds=5.0,
        drain_limit_seconds=60.0,
    ),
    questions=10,
    question_seconds=6.0,
    prompt_tokens=Lengths(median=96, sigma=0.5, minimum=32, maximum=256),
    output_tokens=Lengths(median=80, sigma=0.4, minimum=32, maximum=160),
    distinct_words=4000,
    context_tokens=512,
    start_limit_seconds=120.0,
    request_limit_seconds=240.0,
    memory_bytes=8 * _GIB,
    limits=Limits(ttft_seconds=2.0, tpot_seconds=0.1),
    objectives=Objectives(ttft_p99_seconds=4.0, tpot_p99_seconds=0.2, peak_memory_bytes=4 * _GIB),
)
_FULL = _SMALL.model_copy(
    update={
        "load": Load(
            mode="closed",
            concurrency=32,
            rate_per_second=8.0,
            warmup_seconds=5.0,
            warmup_limit_seconds=30.0,
            window_seconds=20.0,
            drain_limit_seconds=120.0,
        ),
        "question_seconds": 60.0,
        "prompt_tokens": Lengths(median=160, sigma=0.9, minimum=32, maximum=1536),
        "output_tokens": Lengths(median=150, sigma=0.7, minimum=16, maximum=512),
        "context_tokens": 4096,
        "start_limit_seconds": 600.0,
        "memory_bytes": 96 * _GIB,
        "limits": Limits(ttft_seconds=1.0, tpot_seconds=0.05),
        "objectives": Objectives(ttft_p99_seconds=2.0, tpot_p99_seconds=0.1, peak_memory_bytes=64 * _GIB),
    }
)


class Chat(Usual):
    """The scenario `chat`."""

    name = "chat"
    title = "many conversations at once, answered by a Llama: most output tokens per second"
    family = "llama"
    api: Literal["text"] = "text"
    metric = TOKENS_PER_SECOND
    starter = Path(__file__).parent / "starter"
    scales = {"tiny": _TINY, "small": _SMALL, "full": _FULL}

    def requests(self, seed: int, scale: Scale) -> Iterator[Request]:
        """Streamed greedy conversations without end."""
        return requests(seed, scale)

    def questions(self, seed: int, scale: Scale) -> tuple[Request, ...]:
        """A mix of both endpoints that covers the contract."""
        return questions(seed, scale)

    def least_work(self, model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
        """Weights once per step, the cache once per token, and the products of every token."""
        return least_work(model, traffic, bytes_per_number=bytes_per_number)
