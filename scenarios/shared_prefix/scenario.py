"""Shared prefix: many questions about few long documents, answered by a hybrid model; the most answer tokens per second win.

The paper's setting is 20 requests at once, a prefix of 32k tokens, 128 tokens of their own and 128 out. On two cores lengths shrink by the
same factor, about twenty, and the documents are several, one of which is edited during the run.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Literal

import scenarios.chat
from models.checkpoint import Checkpoint
from scenarios.canary import beside
from scenarios.scenario import Lengths, Limits, Load, Request, Scale
from scenarios.shared_prefix.limit import least_work
from scenarios.shared_prefix.workload import questions, requests
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
        warmup_seconds=0.3,
        warmup_limit_seconds=2.0,
        window_seconds=0.8,
        drain_limit_seconds=10.0,
    ),
    questions=8,
    question_seconds=2.0,
    prefix_tokens=480,
    prompt_tokens=Lengths(median=28, sigma=0.3, minimum=20, maximum=48),
    output_tokens=Lengths(median=14, sigma=0.3, minimum=8, maximum=24),
    distinct_words=400,
    context_tokens=1024,
    start_limit_seconds=90.0,
    request_limit_seconds=30.0,
    memory_bytes=4 * _GIB,
    limits=Limits(ttft_seconds=0.5, tpot_seconds=0.05),
    objectives=Objectives(ttft_p99_seconds=2.0, tpot_p99_seconds=0.2, peak_memory_bytes=2 * _GIB),
)
_SMALL = Scale(
    load=Load(
        mode="closed",
        concurrency=20,
        rate_per_second=4.0,
        warmup_seconds=3.0,
        warmup_limit_seconds=12.0,
        window_seconds=8.0,
        drain_limit_seconds=60.0,
    ),
    questions=8,
    question_seconds=6.0,
    prefix_tokens=1536,
    prompt_tokens=Lengths(median=32, sigma=0.3, minimum=20, maximum=64),
    output_tokens=Lengths(median=32, sigma=0.3, minimum=16, maximum=64),
    distinct_words=2000,
    context_tokens=4096,
    start_limit_seconds=120.0,
    request_limit_seconds=240.0,
    memory_bytes=8 * _GIB,
    limits=Limits(ttft_seconds=2.0, tpot_seconds=0.1),
    objectives=Objectives(ttft_p99_seconds=20.0, tpot_p99_seconds=0.4, peak_memory_bytes=5 * _GIB),
)
_FULL = _SMALL.model_copy(
    update={
        "load": _SMALL.load.model_copy(update={"warmup_seconds": 10.0, "warmup_limit_seconds": 60.0, "window_seconds": 30.0}),
        "question_seconds": 60.0,
        "prefix_tokens": 32000,
        "prompt_tokens": Lengths(median=128, sigma=0.2, minimum=64, maximum=256),
        "output_tokens": Lengths(median=128, sigma=0.2, minimum=64, maximum=256),
        "context_tokens": 65536,
        "start_limit_seconds": 600.0,
        "memory_bytes": 120 * _GIB,
        "objectives": Objectives(ttft_p99_seconds=60.0, tpot_p99_seconds=0.4, peak_memory_bytes=100 * _GIB),
    }
)


class SharedPrefix(Usual):
    """The scenario `shared_prefix`."""

    name = "shared_prefix"
    title = "many questions about few long documents, answered by a hybrid of attention and recurrence: most output tokens per second"
    family = "olmo_hybrid"
    api: Literal["text"] = "text"
    metric = TOKENS_PER_SECOND
    starter = Path(scenarios.chat.__path__[0]) / "starter"
    """Plain generation by transformers, whatever the model."""
    scales = {"tiny": _TINY, "small": _SMALL, "full": _FULL}

    def requests(self, seed: int, scale: Scale) -> Iterator[Request]:
        """Streamed greedy answers about documents, without end."""
        return requests(seed, scale)

    def questions(self, seed: int, scale: Scale) -> tuple[Request, ...]:
        """Every way to ask, and what a kept prefix may get wrong."""
        return questions(seed, scale)

    def canary(self, seed: int, scale: Scale) -> Scale:
        """Another number of requests at once, with other lengths of documents, questions and answers."""
        prefix = round(scale.prefix_tokens * (0.4 + 0.4 * Random(f"prefix {seed}").random()))
        other = beside(seed, scale.model_copy(update={"context_tokens": scale.context_tokens - scale.prefix_tokens}))
        return other.model_copy(update={"context_tokens": scale.context_tokens, "prefix_tokens": prefix})

    def least_work(self, model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
        """Weights once per step and the products of every output token."""
        return least_work(model, traffic, bytes_per_number=bytes_per_number)
