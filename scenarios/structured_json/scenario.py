"""Structured JSON: one request at a time asks for a document of a schema; the lowest median latency wins."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from jsonschema.validators import validator_for

from models.checkpoint import Checkpoint
from scenarios.chat.limit import layer_parameters
from scenarios.scenario import Ability, Lengths, Limits, Load, Request, Scale
from scenarios.structured_json.workload import questions, requests
from scenarios.usual import Usual
from scenarios.work import Traffic, Work
from search.measurement import Objectives
from search.metric import LATENCY_P50

_GIB = 1 << 30

_TINY = Scale(
    load=Load(
        mode="closed",
        concurrency=1,
        rate_per_second=5.0,
        warmup_seconds=0.3,
        warmup_limit_seconds=1.5,
        window_seconds=1.5,
        drain_limit_seconds=10.0,
    ),
    questions=10,
    question_seconds=2.0,
    prompt_tokens=Lengths(median=260, sigma=0.1, minimum=180, maximum=330),
    output_tokens=Lengths(median=40, sigma=0.2, minimum=24, maximum=100),
    distinct_words=400,
    context_tokens=480,
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
        warmup_limit_seconds=8.0,
        window_seconds=15.0,
        drain_limit_seconds=60.0,
    ),
    questions=10,
    question_seconds=6.0,
    prompt_tokens=Lengths(median=320, sigma=0.1, minimum=260, maximum=400),
    output_tokens=Lengths(median=96, sigma=0.2, minimum=64, maximum=256),
    distinct_words=4000,
    context_tokens=768,
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
            window_seconds=40.0,
            drain_limit_seconds=120.0,
        ),
        "question_seconds": 60.0,
        "prompt_tokens": Lengths(median=1300, sigma=0.2, minimum=900, maximum=2000),
        "output_tokens": Lengths(median=160, sigma=0.4, minimum=64, maximum=768),
        "context_tokens": 4096,
        "start_limit_seconds": 600.0,
        "memory_bytes": 96 * _GIB,
        "limits": Limits(ttft_seconds=1.0, tpot_seconds=0.05),
        "objectives": Objectives(ttft_p99_seconds=2.0, tpot_p99_seconds=0.1, peak_memory_bytes=64 * _GIB),
    }
)


class StructuredJson(Usual):
    """The scenario `structured_json`."""

    name = "structured_json"
    title = "one request at a time for a JSON document of a schema, written by a Llama: lowest median latency"
    family = "llama"
    api: Literal["text"] = "text"
    abilities = frozenset[Ability]({"json_schema"})
    metric = LATENCY_P50
    starter = Path(__file__).parent / "starter"
    scales = {"tiny": _TINY, "small": _SMALL, "full": _FULL}

    def requests(self, seed: int, scale: Scale) -> Iterator[Request]:
        """Streamed greedy documents without end."""
        return requests(seed, scale)

    def questions(self, seed: int, scale: Scale) -> tuple[Request, ...]:
        """Plain questions and documents."""
        return questions(seed, scale)

    def fault(self, request: Request, text: str, finish_reason: str) -> str | None:
        """A document that is finished is valid by its schema."""
        return invalidity(text, request.json_schema) if request.json_schema is not None and finish_reason == "stop" else None

    def least_work(self, model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
        """As for any decoder, but that the first tokens of an answer, and others here and there, are known without a pass: one pass less
        for each request, and an output matrix for each pass instead of each token."""
        body, head = layer_parameters(model), model.vocabulary * model.hidden
        passes = max(traffic.passes - traffic.prompts, 0)
        cached = 2 * model.layers * model.kv_heads * model.head_dimension
        return Work(
            streamed_bytes=passes / max(traffic.in_flight, 1.0) * (body + head) * bytes_per_number
            + traffic.pass_context_tokens * cached * bytes_per_number * passes / max(traffic.passes, 1),
            working_set_bytes=round((body + head) * bytes_per_number),
            operations=2 * (body * traffic.prompt_tokens + (body + head) * passes),
        )


def invalidity(text: str, schema: Mapping[str, Any]) -> str | None:
    """Why a text is no document of the schema, in one line; None when it is one."""
    try:
        document = json.loads(text)
    except ValueError as problem:
        return f"the document is no JSON: {problem}"
    validator = cast("Any", validator_for(schema))(schema)
    first = next(iter(validator.iter_errors(document)), None)
    return None if first is None else f"the document is not valid by its schema: {first.message}"
