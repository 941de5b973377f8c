"""The sampling test on answers that are drawn as asked, and on answers that are not, both from the reference's own distribution."""

import math
from collections.abc import Callable, Iterator, Mapping
from random import Random

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from activities.evaluation.reference import _sampled
from activities.evaluation.verification import FALSE_ALARMS, NUCLEUS_ROUNDING, Sampled
from activities.home import Home
from models.checkpoint import obtain_checkpoint

PROMPT_TOKENS = 40
AT_ONCE = 250
FEWER = 4
"""Each cheat is drawn so many times fewer than honest answers."""
LEVELS = (0.1, 0.01, 0.001, FALSE_ALARMS)
TOGETHER = 9
"""Sampled answers that a quick server is asked for in one run of the correctness gate."""

Draw = Callable[[Tensor, float, float], Tensor]
"""Logits, temperature and top_p to the next token of each answer."""


def honest(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """As asked."""
    probabilities, order = (logits.double() / temperature).softmax(1).sort(1, descending=True)
    kept = probabilities * (probabilities.cumsum(1) - probabilities < top_p)
    return order.gather(1, torch.multinomial(kept / kept.sum(1, keepdim=True), 1))[:, 0]


def top_k(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Only the 50 best tokens, as some engines do by default."""
    worst = logits.topk(50, dim=1).values[:, -1:]
    return honest(logits.masked_fill(logits < worst, -torch.inf), temperature, top_p)


CHEATS: Mapping[str, Draw] = {
    "greedy instead": lambda logits, temperature, top_p: logits.argmax(1),
    "temperature 1 always": lambda logits, temperature, top_p: honest(logits, 1.0, top_p),
    "temperature x 0.8": lambda logits, temperature, top_p: honest(logits, 0.8 * temperature, top_p),
    "temperature x 1.25": lambda logits, temperature, top_p: honest(logits, 1.25 * temperature, top_p),
    "no top_p": lambda logits, temperature, top_p: honest(logits, temperature, 1.0),
    "top_k 50 besides": top_k,
    "int8-like noise in logits": lambda logits, temperature, top_p: honest(logits + 0.1 * torch.randn_like(logits), temperature, top_p),
}


async def measure(*, home: Home, model: str, answers: int, tokens: int) -> Iterator[str]:
    """The table's lines."""
    checkpoint = await obtain_checkpoint(model, family="llama", models=home.models)
    torch.manual_seed(1)
    language = AutoModelForCausalLM.from_pretrained(checkpoint.folder, dtype=torch.float32).eval()
    rows = {"drawn as asked": examined(language, honest, answers, tokens)}
    rows |= {name: examined(language, draw, max(answers // FEWER, 10), tokens) for name, draw in CHEATS.items()}
    return _table(rows, tokens)


@torch.inference_mode()
def examined(language: torch.nn.Module, draw: Draw, answers: int, tokens: int) -> list[Sampled]:
    """The reference's evidence on each answer; temperature and top_p vary as in the scenario's questions."""
    random, found = Random(7), list[Sampled]()
    for start in range(0, answers, AT_ONCE):
        temperature, top_p = 0.7 + 0.6 * random.random(), 0.7 + 0.25 * random.random()
        for logits, emitted in zip(*_drawn(language, draw, min(AT_ONCE, answers - start), tokens, temperature, top_p), strict=True):
            told = _sampled(logits.double() / temperature, emitted, top_p=top_p, slack=NUCLEUS_ROUNDING)
            found.append(Sampled.model_validate(told))
    return found


def _drawn(language: torch.nn.Module, draw: Draw, count: int, tokens: int, temperature: float, top_p: float) -> tuple[Tensor, Tensor]:
    """Logits (answers, tokens, vocabulary) and the tokens drawn from them."""
    ids = torch.randint(300, 1000, (count, PROMPT_TOKENS))
    cache, rows, emitted = None, list[Tensor](), list[Tensor]()
    for _ in range(tokens):
        out = language(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache, logits = out.past_key_values, out.logits[:, -1]
        ids = draw(logits, temperature, top_p)[:, None]
        rows.append(logits)
        emitted.append(ids[:, 0])
    return torch.stack(rows, 1), torch.stack(emitted, 1)


def _table(rows: Mapping[str, list[Sampled]], tokens: int) -> Iterator[str]:
    yield f"{tokens} tokens per answer; share of answers that are accused, by the stated rate of false alarms (and by top_p alone)"
    yield f"{'answers':<28}{'count':>7}" + "".join(f"{level:>10g}" for level in LEVELS) + f"{'top_p':>9}{f'{TOGETHER} at once':>12}"
    for name, found in rows.items():
        weights = [one.weigh(drift=0.0)[0] for one in found]
        shares = [sum(weight > -math.log(level) for weight in weights) / len(found) for level in LEVELS]
        outside = sum(one.excluded is not None for one in found) / len(found)
        gates = [found[start :: len(found) // TOGETHER][:TOGETHER] for start in range(len(found) // TOGETHER)]
        caught = sum(_is_caught(gate) for gate in gates)
        yield f"{name:<28}{len(found):>7}" + "".join(f"{share:>10.2%}" for share in shares) + f"{outside:>9.1%}{caught / len(gates):>12.1%}"


def _is_caught(gate: list[Sampled]) -> bool:
    """Whether one run of the gate refuses these answers, each alone or all together."""
    evidence = {tilt: math.fsum(one.evidence[tilt] for one in gate) for tilt in gate[0].evidence}
    pooled = Sampled(evidence=evidence, spread=0.0, excluded=None)
    return any(one.excluded is not None or one.weigh(drift=0.0)[0] > -math.log(FALSE_ALARMS) for one in (*gate, pooled))
