"""How far the logits of a composed hybrid are from transformers', cold and behind kept prefixes: `hybrid.py TREE MODEL`, JSON on stdout."""

import json
import random
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

TREE, MODEL = sys.argv[1:]
sys.path.insert(0, TREE)

from batch import Batch  # noqa: E402
from cache import Cache  # noqa: E402
from checkpoint import read_config, read_weights  # noqa: E402
from model import Model  # noqa: E402
from protocol import Job  # noqa: E402
from sequence import Sequence, Span  # noqa: E402

SLOTS = 6
reference = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
config = read_config(Path(MODEL))
model, cache = Model(config, read_weights(Path(MODEL))), Cache(config, SLOTS)
chance = random.Random(3)
numbers = iter(range(1000))
resumed: dict[str, int] = {}


def tokens(count: int) -> list[int]:
    return [chance.randrange(10, 1000) for _ in range(count)]


def sequence(prompt: list[int]) -> Sequence:
    job = Job(prompt, 8, 0.0, 1.0, None, True, None, None)
    return Sequence.of(next(numbers), job)


def error(one: Sequence, logits: torch.Tensor) -> float:
    right = reference(input_ids=torch.tensor([one.tokens])).logits[0, -1]
    return float((right - logits).abs().max())


def advance(ready: list[Sequence], stretch: int) -> dict[Sequence, torch.Tensor]:
    """One step of all, each at most `stretch` tokens; logits of those that are complete."""
    spans = sorted((Span.of(one, stretch) for one in ready), key=lambda span: span.count > 1)
    batch = Batch(spans)
    logits = model(batch, cache.bind(batch))
    for span in spans:
        span.sequence.computed += span.count
    return dict(zip(batch.sampled, logits, strict=True))


def served(prompts: list[list[int]], *, stretch: int, steps: int = 3) -> float:
    """The largest error over the prompts, admitted as there is room, and some tokens of each."""
    waiting, running, worst = [sequence(prompt) for prompt in prompts], [], 0.0
    left = dict.fromkeys(waiting, steps)
    while waiting or running:
        while waiting and cache.reserve(waiting[0], len(waiting[0].tokens)):
            running.append(waiting.pop(0))
            resumed["tokens"] = resumed.get("tokens", 0) + running[-1].computed
        for one, logits in advance(running, stretch).items():
            worst = max(worst, error(one, logits))
            one.tokens.append(int(logits.argmax()))
            left[one] -= 1
            if left[one] == 0:
                running.remove(one)
                cache.release(one)
    return worst


def took(prompts: list[list[int]], **how: int) -> dict[str, float]:
    resumed["tokens"] = 0
    return {"error": served(prompts, **how), "resumed": resumed["tokens"]}


with torch.inference_mode():
    shared = tokens(230)
    changed = [*shared[:100], shared[100] + 1, *shared[101:]]
    told = {
        "cold, of many lengths": took([tokens(count) for count in (1, 5, 64, 70, 200)], stretch=40),
        "alike at once": took([shared + tokens(9 + count) for count in range(8)], stretch=64),
        "warm": took([shared + tokens(count) for count in (1, 2, 30)], stretch=512),
        "changed by one token": took([changed + tokens(12) for _ in range(3)], stretch=64),
        "as before": took([shared + tokens(12)], stretch=512),
        "after others": took([tokens(150) + tokens(5) for _ in range(12)] + [shared + tokens(7), changed + tokens(7)], stretch=128),
        "cut short": took([shared[:50], shared[:229], shared], stretch=128),
    }
print(json.dumps(told))
