"""Streaming speech: many people speak at once, and each reads what was said so far soon after each chunk; the shortest wait wins.

The paper's setting is 32 live streams with chunks of 2 s. Streams, chunks and utterances shrink to what two cores hear in seconds.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from models.checkpoint import Checkpoint
from scenarios.scenario import Lengths, Limits, Load, Request, Scale
from scenarios.streaming_asr.limit import least_work
from scenarios.streaming_asr.workload import questions, requests
from scenarios.usual import Usual
from scenarios.work import Traffic, Work
from search.measurement import Objectives
from search.metric import Metric

_GIB = 1 << 30

_TINY = Scale(
    load=Load(
        mode="live",
        concurrency=2,
        rate_per_second=1.0,
        warmup_seconds=0.6,
        warmup_limit_seconds=1.5,
        window_seconds=1.5,
        drain_limit_seconds=10.0,
    ),
    questions=3,
    question_seconds=2.0,
    chunk_seconds=0.4,
    prompt_tokens=Lengths(median=6, sigma=0.2, minimum=4, maximum=9),
    output_tokens=Lengths(median=14, sigma=0.3, minimum=8, maximum=24),
    distinct_words=400,
    context_tokens=2048,
    start_limit_seconds=90.0,
    request_limit_seconds=30.0,
    memory_bytes=4 * _GIB,
    limits=Limits(ttft_seconds=0.4, tpot_seconds=0.05),
    objectives=Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.2, peak_memory_bytes=2 * _GIB),
)
_SMALL = _TINY.model_copy(
    update={
        "load": Load(
            mode="live",
            concurrency=3,
            rate_per_second=1.0,
            warmup_seconds=3.0,
            warmup_limit_seconds=6.0,
            window_seconds=10.0,
            drain_limit_seconds=60.0,
        ),
        "questions": 4,
        "question_seconds": 6.0,
        "chunk_seconds": 2.0,
        "prompt_tokens": Lengths(median=20, sigma=0.3, minimum=10, maximum=36),
        "output_tokens": Lengths(median=32, sigma=0.3, minimum=16, maximum=64),
        "distinct_words": 2000,
        "request_limit_seconds": 120.0,
        "limits": Limits(ttft_seconds=1.0, tpot_seconds=0.1),
        "objectives": Objectives(ttft_p99_seconds=4.0, tpot_p99_seconds=0.2, peak_memory_bytes=4 * _GIB),
    }
)
_FULL = _SMALL.model_copy(
    update={
        "load": _SMALL.load.model_copy(update={"concurrency": 32, "window_seconds": 30.0}),
        "start_limit_seconds": 600.0,
        "memory_bytes": 64 * _GIB,
        "objectives": Objectives(ttft_p99_seconds=2.0, tpot_p99_seconds=0.2, peak_memory_bytes=48 * _GIB),
    }
)


class StreamingAsr(Usual):
    """The scenario `streaming_asr`."""

    name = "streaming_asr"
    title = "live streams of speech, transcribed as they are heard: shortest time from a chunk to what was said so far"
    family = "moonshine"
    api: Literal["speech"] = "speech"
    metric = Metric(figure="latency_p50", name="median time from chunk to transcript", unit="s", better="less")
    starter = Path(__file__).parent / "starter"
    scales = {"tiny": _TINY, "small": _SMALL, "full": _FULL}

    def requests(self, seed: int, scale: Scale) -> Iterator[Request]:
        """Streams without end."""
        return requests(seed, scale)

    def questions(self, seed: int, scale: Scale) -> tuple[Request, ...]:
        """Streams that nobody has heard."""
        return questions(seed, scale)

    def least_work(self, model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
        """Every weight once per transcript."""
        return least_work(model, traffic, bytes_per_number=bytes_per_number)
