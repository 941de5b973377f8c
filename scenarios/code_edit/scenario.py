"""Code edits: one edit at a time, the old code as a prediction of the new; the highest median speed of a request wins."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from models.checkpoint import Checkpoint
from scenarios.chat.limit import least_work
from scenarios.code_edit.workload import foretell, questions, requests
from scenarios.scenario import Ability, Lengths, Limits, Load, Request, Scale
from scenarios.usual import Usual
from scenarios.work import Traffic, Work
from search.measurement import Objectives
from search.metric import REQUEST_TOKENS_PER_SECOND

_GIB = 1 << 30

_TINY = Scale(
    load=Load(
        mode="closed",
        concurrency=1,
        rate_per_second=5.0,
        warmup_seconds=0.3,
        warmup_limit_seconds=0.8,
        window_seconds=1.0,
        drain_limit_seconds=10.0,
    ),
    questions=10,
    question_seconds=2.0,
    foretold=160,
    prompt_tokens=Lengths(median=72, sigma=0.2, minimum=48, maximum=128),
    output_tokens=Lengths(median=64, sigma=0.2, minimum=40, maximum=112),
    distinct_words=400,
    context_tokens=384,
    start_limit_seconds=90.0,
    request_limit_seconds=30.0,
    memory_bytes=4 * _GIB,
    limits=Limits(ttft_seconds=0.5, tpot_seconds=0.05),
    objectives=Objectives(ttft_p99_seconds=1.0, tpot_p99_seconds=0.1, peak_memory_bytes=2 * _GIB),
)
_SMALL = Scale(
    load=Load(
        mode="closed",
        concurrency=1,
        rate_per_second=0.3,
        warmup_seconds=3.0,
        warmup_limit_seconds=6.0,
        window_seconds=15.0,
        drain_limit_seconds=60.0,
    ),
    questions=10,
    question_seconds=6.0,
    foretold=48,
    prompt_tokens=Lengths(median=128, sigma=0.15, minimum=96, maximum=192),
    output_tokens=Lengths(median=144, sigma=0.15, minimum=112, maximum=192),
    distinct_words=4000,
    context_tokens=640,
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
            concurrency=1,
            rate_per_second=1.0,
            warmup_seconds=5.0,
            warmup_limit_seconds=30.0,
            window_seconds=60.0,
            drain_limit_seconds=120.0,
        ),
        "question_seconds": 60.0,
        "prompt_tokens": Lengths(median=900, sigma=0.3, minimum=400, maximum=2000),
        "output_tokens": Lengths(median=700, sigma=0.3, minimum=300, maximum=1600),
        "context_tokens": 4096,
        "start_limit_seconds": 600.0,
        "memory_bytes": 128 * _GIB,
        "limits": Limits(ttft_seconds=1.0, tpot_seconds=0.05),
        "objectives": Objectives(ttft_p99_seconds=2.0, tpot_p99_seconds=0.1, peak_memory_bytes=96 * _GIB),
    }
)


class CodeEdit(Usual):
    """The scenario `code_edit`."""

    name = "code_edit"
    title = "one edit at a time by a Qwen3, the old code sent as a prediction of the new: highest median speed of a request"
    family = "qwen3"
    api: Literal["text"] = "text"
    abilities = frozenset[Ability]({"prediction"})
    metric = REQUEST_TOKENS_PER_SECOND
    starter = Path(__file__).parent / "starter"
    scales = {"tiny": _TINY, "small": _SMALL, "full": _FULL}

    def requests(self, seed: int, scale: Scale) -> Iterator[Request]:
        """Streamed greedy edits without end; the harness has the predictions made by `foretell`."""
        return requests(seed, scale)

    def questions(self, seed: int, scale: Scale) -> tuple[Request, ...]:
        """Plain questions, and edits with right, wrong and empty predictions."""
        return questions(seed, scale)

    def foretell(self, request: Request, answer: Sequence[int]) -> Request:
        """The reference's answer with a few edits as the prediction."""
        return foretell(request, answer)

    def least_work(self, model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
        """As for any decoder; tokens that one pass accepts arrive together and count as one."""
        return least_work(model, traffic, bytes_per_number=bytes_per_number)
