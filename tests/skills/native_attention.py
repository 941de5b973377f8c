"""Run in a child: the largest error of the native cache's attention against fp64 attention over what was stored; one JSON line."""

import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import torch

parts, threads = sys.argv[1:]
root = Path(__file__).parents[2]
sys.path[:0] = [parts, str(root / "skills" / "base" / "parts"), str(root / "scenarios" / "chat" / "starter")]
torch.set_num_threads(int(threads))

from batch import Batch  # noqa: E402
from cache import Cache  # noqa: E402 (of the parts)
from checkpoint import Config  # noqa: E402
from extension import Extension  # noqa: E402
from protocol import Job  # noqa: E402
from sequence import Sequence, Span  # noqa: E402

CONTEXT = 301
SLOTS = 5
STEPS = 12


class Grown(Sequence):
    """A sequence with all the keys and values that it should have in the cache, by layer."""

    def __init__(self, config: Config, length: int) -> None:
        job = Job([1] * length, CONTEXT, 0.0, 1.0, None, True, None, Extension())
        super().__init__(0, job, list(job.prompt), random.Random())
        self.keys = [torch.empty(0, config.kv_heads, config.head_dim) for _ in range(config.layers)]
        self.values = [torch.empty(0, config.kv_heads, config.head_dim) for _ in range(config.layers)]


def seen(query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Causal attention in fp64; the queries are the last tokens."""
    group, start = query.shape[1] // keys.shape[1], len(keys) - len(query)
    keys, values = keys.double().repeat_interleave(group, 1), values.double().repeat_interleave(group, 1)
    scores = torch.einsum("qhd,khd->hqk", query.double(), keys) / query.shape[2] ** 0.5
    late = torch.arange(len(keys))[None] > torch.arange(len(query))[:, None] + start
    weights = scores.masked_fill(late, -torch.inf).softmax(-1)
    return torch.einsum("hqk,khd->qhd", weights, values).flatten(1)


def run_step(cache: Cache, config: Config, spans: list[Span]) -> float:
    """One step over all layers; the largest error."""
    batch = Batch(spans)
    attention, worst = cache.bind(batch), 0.0
    for layer in range(config.layers):
        together = torch.randn(len(batch.tokens), config.heads + 2 * config.kv_heads, config.head_dim)
        query, key, value = together.split([config.heads, config.kv_heads, config.kv_heads], 1)
        query = query * 3
        found, row = attention(layer, query, key, value), 0
        for span in spans:
            mine = slice(row, row + span.count)
            sequence = span.sequence
            sequence.keys[layer] = torch.cat([sequence.keys[layer], key[mine]])
            sequence.values[layer] = torch.cat([sequence.values[layer], value[mine]])
            worst = max(worst, float((found[mine].double() - seen(query[mine], sequence.keys[layer], sequence.values[layer])).abs().max()))
            row += span.count
    for span in spans:
        span.sequence.computed += span.count
    return worst


def run(heads: int, kv_heads: int, head_dim: int) -> float:
    """Prompts in stretches, decoding beside them, sequences that leave and slots that are used again."""
    chance = random.Random(heads)
    config = SimpleNamespace(heads=heads, kv_heads=kv_heads, head_dim=head_dim, context_tokens=CONTEXT, layers=2)
    cache, worst, alive = Cache(config, SLOTS), 0.0, []
    for step in range(STEPS):
        while len(alive) < SLOTS:
            alive.append(Grown(config, chance.choice([1, 2, 17, 33, 100, 250])))
            assert cache.reserve(alive[-1], len(alive[-1].tokens))
        assert not cache.reserve(Grown(config, 1), 1)
        for sequence in alive:
            if sequence.computed == len(sequence.tokens):
                sequence.tokens.append(1)
        spans = [Span.of(sequence, chance.choice([40, 400])) for sequence in alive]
        worst = max(worst, run_step(cache, config, sorted(spans, key=lambda span: span.count > 1)))
        gone = alive.pop(step % SLOTS)
        cache.release(gone)
        cache.release(gone)
    full = Grown(config, CONTEXT)
    assert cache.reserve(full, CONTEXT)
    return max(worst, run_step(cache, config, [Span.of(full)]))


torch.manual_seed(5)
shapes = [(12, 4, 64), (4, 4, 32), (8, 1, 16), (7, 7, 80), (32, 8, 128), (2, 1, 5)]
with torch.inference_mode():
    print(json.dumps({"x".join(map(str, shape)): run(*shape) for shape in shapes}))
