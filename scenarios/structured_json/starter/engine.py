"""The plain engine, under a schema with the tokens masked that no valid document goes on with."""

from pathlib import Path

import torch
from grammar import Grammars, Guide
from plain import Engine as Plain
from protocol import Job
from transformers.generation.logits_process import LogitsProcessor

NEVER = -1e9


class Engine(Plain):
    """One request at a time; the mask is computed anew for each token."""

    def __init__(self, folder: Path, threads: int) -> None:
        super().__init__(folder, threads)
        self.grammars = Grammars(folder, self.ends, self.vocabulary_size)

    def processors(self, job: Job) -> list[LogitsProcessor]:
        grammar = job.extension.grammar
        return [] if grammar is None else [Masks(self.grammars.start(grammar), len(job.prompt))]


class Masks(LogitsProcessor):
    """Keeps what the grammar allows after the tokens so far."""

    def __init__(self, guide: Guide, prompt_tokens: int) -> None:
        self.guide, self.prompt_tokens = guide, prompt_tokens

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        if input_ids.shape[1] > self.prompt_tokens:
            self.guide.take(int(input_ids[0, -1]))
        return scores.masked_fill(~torch.from_numpy(self.guide.allowed()), NEVER)
