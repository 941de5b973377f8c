"""What the names in a declaration's braces stand for on this machine, with this model and this workload."""

import math
import sys
from pathlib import Path

from activities.evaluation.rivals.declaration import Filling
from models.architecture import Architecture
from scenarios.scenario import Scale

ADAPTERS = Path(__file__).parent / "adapters"
_KEY_AND_VALUE = 2
_FP32_BYTES = 4
_GIB = 1 << 30
_SPARE = 1.25
_PAGE_TOKENS = 256


def workload_filling(scale: Scale, architecture: Architecture, *, threads: int) -> Filling:
    """The load: `concurrency` requests in flight, each of up to `context` tokens, `contexts` in all, whose keys and values in fp32 fill
    `cache_gib`, or `pages` of 256 tokens with one to spare for each; `threads` to compute with."""
    concurrency, context = scale.load.concurrency, scale.context_tokens
    return {
        "threads": str(threads),
        "last_core": str(threads - 1),
        "concurrency": str(concurrency),
        "context": str(context),
        "contexts": str(concurrency * context),
        "cache_gib": str(cache_gib(architecture, concurrency * context)),
        "pages": str(concurrency * (math.ceil(context / _PAGE_TOKENS) + 1)),
    }


def environment_filling(environment: Path) -> Filling:
    """Where the rival and its Python lie, and the adapters that this project brings; the Python that runs us where it has none."""
    python = environment / "bin" / "python"
    return {
        "environment": str(environment),
        "python": str(python) if python.exists() else sys.executable,
        "adapters": str(ADAPTERS),
    }


def cache_gib(architecture: Architecture, tokens: int) -> int:
    """Whole GiB that hold the keys and values of that many tokens in fp32, with a quarter to spare."""
    per_token = _KEY_AND_VALUE * architecture.layers * architecture.kv_heads * architecture.head_dimension * _FP32_BYTES
    return max(1, math.ceil(_SPARE * tokens * per_token / _GIB))
