"""The trusted implementation: transformers in fp32 in a process of its own, asked by JSON lines on stdin, answering on stdout.

It is fed the candidate's own tokens (teacher forcing), so one forward pass judges a whole answer. Questions of one call are
batched by length. `python -m activities.evaluation.reference --model DIR --threads N --parent PID`.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, GenerationConfig
from transformers.utils import logging

from activities.evaluation.hearing import Hearing
from activities.evaluation.reading import NEVER, read_text
from activities.sandbox.orphan import die_with_parent
from models.family import FAMILIES
from models.grammar import Grammars
from models.tokens import Vocabulary

BATCH_TOKENS = 1024
"""The most padded tokens in one forward pass."""
BATCH_ANSWERS = 32
"""Answers that are written at once."""
TILTS = (-2.0, -1.0, -0.5, -0.25, -0.12, -0.06, 0.06, 0.12, 0.25, 0.5)
"""Negative ones find answers that are too likely, positive ones those that are too unlikely."""
TINY = 1e-300
FP64_PARAMETERS = 300_000_000
"""Larger models are not computed in double precision to learn the true rounding error."""


def main() -> None:
    """Answer until stdin ends."""
    arguments = _arguments()
    die_with_parent(arguments.parent)
    torch.set_num_threads(arguments.threads)
    logging.set_verbosity_error()
    reference = _opened(arguments.model, threads=arguments.threads)
    _tell({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        match asked["kind"]:
            case "judge":
                _tell(reference.judge(asked["answers"]))
            case "noise":
                _tell(reference.noise(asked["prompts"], tokens=asked["tokens"]))
            case "complete":
                _tell(reference.complete(asked["prompts"], tokens=asked["tokens"]))
            case "read":
                _tell(reference.read(asked["answers"]))
            case kind:
                raise ValueError(f"unknown question {kind!r}")


def _opened(folder: str, *, threads: int) -> "Reference | Hearing":
    """What computes this kind of model."""
    kind = json.loads((Path(folder) / "config.json").read_text())["model_type"]
    if any(family.hears and family.model_type == kind for family in FAMILIES.values()):
        return Hearing(folder, threads=threads, figures=_judge)
    return Reference(folder, threads=threads)


class Reference:
    """A causal language model in fp32."""

    def __init__(self, folder: str, *, threads: int) -> None:
        """Loads the folder; any weights format that transformers reads."""
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
        self._vocabulary = Vocabulary(Path(folder))
        size = self._model.config.get_text_config().vocab_size
        self._grammars = Grammars(Path(folder), eos_ids=self._vocabulary.eos_ids, size=size)
        self._threads = threads

    def read(self, answers: list[dict]) -> dict:
        """Per answer what `reading.read_text` finds."""
        return {"read": [read_text(self._model, self._vocabulary, **answer) for answer in answers]}

    @torch.inference_mode()
    def judge(self, answers: list[dict]) -> dict:
        """Per answer and output token: `gaps` in logits below the best, `choices` of the reference, `logprobs` of the emitted token,
        `kl` in nats per token against the candidate's reported top log-probabilities (a lower bound, by coarse graining) with the
        largest `logprob_error` among them, and for a sampled answer the evidence that it was drawn otherwise than asked. Under a schema
        all of this is told of the logits that its grammar leaves."""
        judged: list[dict] = [{} for _ in answers]
        for group in _groups(answers):
            logits = self._logits([answers[index] for index in group])
            for index, rows in zip(group, logits, strict=True):
                judged[index] = _judge(self._allowed(rows, answers[index]), answers[index])
        return {"judged": judged}

    def _allowed(self, logits: Tensor, answer: dict) -> Tensor:
        """Logits of the tokens that the answer's schema allows; those behind a token that it does not are left as they are."""
        if answer["schema"] is None:
            return logits
        for row, mask in zip(logits, self._grammars.masks(answer["schema"], answer["output"]), strict=False):
            row[~torch.from_numpy(mask)] = NEVER
        return logits

    @torch.inference_mode()
    def complete(self, prompts: list[list[int]], *, tokens: list[int]) -> dict:
        """Greedy `answers` of so many tokens each, several prompts at once with padding on the left."""
        answers: list[list[int]] = [[] for _ in prompts]
        order = sorted(range(len(prompts)), key=lambda index: tokens[index])
        for first in range(0, len(order), BATCH_ANSWERS):
            group = order[first : first + BATCH_ANSWERS]
            width, most = max(len(prompts[index]) for index in group), max(tokens[index] for index in group)
            ids = torch.tensor([[0] * (width - len(prompts[index])) + prompts[index] for index in group])
            seen = torch.tensor([[0] * (width - len(prompts[index])) + [1] * len(prompts[index]) for index in group])
            settings = GenerationConfig(max_new_tokens=most, do_sample=False, pad_token_id=0)
            self._model.generation_config = GenerationConfig()
            made = self._model.generate(ids, attention_mask=seen, generation_config=settings)[:, width:].tolist()
            for index, answer in zip(group, made, strict=True):
                answers[index] = answer[: tokens[index]]
        return {"answers": answers}

    @torch.inference_mode()
    def noise(self, prompts: list[list[int]], *, tokens: int) -> dict:
        """Largest logit difference between the plain forward pass and other honest computations of the same tokens."""
        sequences = [self._greedy(prompt, tokens) for prompt in prompts]
        plain = [self._whole(sequence) for sequence in sequences]
        found = {
            "token by token": max(_difference(a, self._stepwise(s)) for a, s in zip(plain, sequences, strict=True)),
            "batched": max(_difference(a, b) for a, b in zip(plain, self._padded(sequences), strict=True)),
            "one thread": self._on_one_thread(sequences[0], plain[0]),
        }
        if sum(weight.numel() for weight in self._model.parameters()) <= FP64_PARAMETERS:
            found["double precision"] = self._in_double(sequences[0], plain[0])
        return {"noise": found}

    def _logits(self, answers: list[dict]) -> list[Tensor]:
        """Rows that predict each answer's output tokens. Padding is on the right, where causal attention never looks."""
        sequences = [answer["prompt"] + answer["output"][:-1] for answer in answers]
        width = max(map(len, sequences))
        ids = torch.tensor([sequence + [0] * (width - len(sequence)) for sequence in sequences])
        hidden = self._model.model(input_ids=ids, use_cache=False).last_hidden_state
        return [
            self._model.lm_head(hidden[row, len(answer["prompt"]) - 1 : len(sequence)])
            for row, (answer, sequence) in enumerate(zip(answers, sequences, strict=True))
        ]

    def _greedy(self, prompt: list[int], tokens: int) -> list[int]:
        cache, ids, sequence = None, prompt, list(prompt)
        for _ in range(tokens):
            out = self._model(input_ids=torch.tensor([ids]), past_key_values=cache, use_cache=True)
            cache, ids = out.past_key_values, [int(out.logits[0, -1].argmax())]
            sequence += ids
        return sequence

    def _whole(self, sequence: list[int]) -> Tensor:
        return self._model(input_ids=torch.tensor([sequence]), use_cache=False).logits[0]

    def _stepwise(self, sequence: list[int]) -> Tensor:
        cache, rows = None, []
        for token in sequence:
            out = self._model(input_ids=torch.tensor([[token]]), past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            rows.append(out.logits[0, -1])
        return torch.stack(rows)

    def _padded(self, sequences: list[list[int]]) -> list[Tensor]:
        width = max(map(len, sequences)) + 7
        ids = torch.tensor([sequence + [0] * (width - len(sequence)) for sequence in sequences])
        logits = self._model(input_ids=ids, use_cache=False).logits
        return [row[: len(sequence)] for row, sequence in zip(logits, sequences, strict=True)]

    def _on_one_thread(self, sequence: list[int], plain: Tensor) -> float:
        torch.set_num_threads(1)
        found = _difference(plain, self._whole(sequence))
        torch.set_num_threads(self._threads)
        return found

    def _in_double(self, sequence: list[int], plain: Tensor) -> float:
        self._model.double()
        found = _difference(plain.double(), self._whole(sequence))
        self._model.float()
        return found


def _groups(answers: list[dict]) -> Iterator[list[int]]:
    """Indices of answers of similar length, so that little is padded."""
    group: list[int] = []
    for index in sorted(range(len(answers)), key=lambda index: len(answers[index]["prompt"]) + len(answers[index]["output"])):
        if not answers[index]["output"]:
            raise ValueError("an answer without tokens has nothing to judge")
        width = len(answers[index]["prompt"]) + len(answers[index]["output"])
        if group and width * (len(group) + 1) > BATCH_TOKENS:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _judge(logits: Tensor, answer: dict) -> dict:
    emitted = torch.tensor(answer["output"])
    own = logits.gather(1, emitted[:, None])[:, 0]
    best, choices = logits.max(dim=1)
    judged = {"gaps": (best - own).tolist(), "choices": choices.tolist(), "logprobs": (own - logits.logsumexp(dim=1)).tolist()}
    if answer["top"] is not None:
        judged |= _reported(logits.log_softmax(dim=1), answer["top"])
    if answer["temperature"] > 0:
        judged["sampled"] = _sampled(logits.double() / answer["temperature"], emitted, top_p=answer["top_p"], slack=answer["slack"])
    return judged


def _sampled(logits: Tensor, emitted: Tensor, *, top_p: float, slack: float) -> dict:
    """Evidence against the claim that the emitted tokens were drawn from the distribution that was asked for.

    `excluded` is the first token outside the nucleus (the fewest best tokens that hold `top_p` of the probability) by more than `slack`.
    `evidence` holds, by tilt, the logarithm of the product over the tokens of exp(tilt * surprise) over its expectation. Under honest
    sampling each such product has the mean 1, whatever the model and the length. `spread` sums the standard deviations of the surprise.
    """
    probabilities, order = logits.softmax(dim=1).sort(dim=1, descending=True)
    before = probabilities.cumsum(dim=1) - probabilities
    kept = before < top_p
    nucleus = probabilities * kept / (probabilities * kept).sum(dim=1, keepdim=True)
    logs = torch.where(kept, nucleus, 1.0).clamp_min(TINY).log()
    rank = (order == emitted[:, None]).int().argmax(dim=1, keepdim=True)
    last = (kept.sum(dim=1, keepdim=True) - 1).clamp_min(0)
    surprise = -logs.gather(1, torch.minimum(rank, last))[:, 0]
    expected = -(nucleus * logs).sum(dim=1)
    variance = (nucleus * (logs + expected[:, None]) ** 2).sum(dim=1)
    excluded = (before.gather(1, rank)[:, 0] > top_p + slack).nonzero()
    tilted = {tilt: torch.where(kept, (1 - tilt) * logs, -torch.inf).logsumexp(dim=1) for tilt in TILTS}
    return {
        "evidence": {str(tilt): float((tilt * surprise - mean).sum()) for tilt, mean in tilted.items()},
        "spread": float(variance.sqrt().sum()),
        "excluded": int(excluded[0]) if len(excluded) else None,
    }


def _reported(rows: Tensor, tops: list[dict[str, float]]) -> dict:
    """How far reported log-probabilities are from the true ones: `kl` over the reported tokens and one bucket for all others, by the
    log-sum inequality at most the true divergence, and the largest error among them."""
    width = max(map(len, tops))
    ids = torch.tensor([[int(token) for token in top] + [0] * (width - len(top)) for top in tops])
    told = torch.tensor([[*top.values()] + [0.0] * (width - len(top)) for top in tops], dtype=torch.float64)
    there = torch.arange(width)[None, :] < torch.tensor([len(top) for top in tops])[:, None]
    true = rows.gather(1, ids).double()
    p, q = true.exp() * there, told.exp() * there
    p = torch.cat([p, (1 - p.sum(dim=1, keepdim=True)).clamp_min(1e-12)], dim=1)
    q = torch.cat([q, (1 - q.sum(dim=1, keepdim=True)).clamp_min(1e-12)], dim=1).clamp_min(1e-30)
    divergence = torch.special.xlogy(p, p / q).sum(dim=1).clamp_min(0)
    return {"kl": float(divergence.mean()), "logprob_error": float(((true - told).abs() * there).max())}


def _difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


def _tell(answer: dict) -> None:
    print(json.dumps(answer), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--parent", type=int, default=os.getppid())
    return parser.parse_args()


if __name__ == "__main__":
    main()
