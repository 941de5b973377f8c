"""The engine: plan a step, run it, sample, report; requests join and leave between steps."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from batch import Batch
from cache import Cache
from checkpoint import read_config, read_weights
from drafting import follow, propose
from extension import Guides
from model import Model
from protocol import Job, Token
from runtime import Runner
from sampling import sample
from scheduler import MAX_SEQUENCES, Scheduler
from sequence import Sequence
from timeline import Timeline
from torch import Tensor

Order = tuple[int, Job | None]
"""A request's number and what it wants; None when its client has gone."""
Report = list[tuple[int, Token]]
"""The tokens of one step by request."""
NEVER = -1e9
"""The logit of a token that is not allowed: finite, so that log-probabilities are."""


class Engine:
    """Everything between the requests' prompts and their tokens."""

    def __init__(self, folder: Path) -> None:
        config = read_config(folder)
        cache = Cache(config, MAX_SEQUENCES)
        self.ends = config.ends
        self.scheduler = Scheduler(cache)
        self.runner = Runner(Model(config, read_weights(folder)), cache)
        self.guides = Guides(folder, config.ends, config.vocabulary_size)
        self.timeline = Timeline()
        self.report: Report = []

    def take(self, order: Order) -> None:
        """Let a request join, or leave."""
        number, job = order
        if job is None:
            self.scheduler.cancel(number)
        else:
            sequence = Sequence.of(number, job)
            sequence.guide = self.guides.start(job.extension)
            self.scheduler.add(sequence)
            self.go_on(sequence)

    @torch.inference_mode()
    def step(self) -> Report:
        """One pass through the model; nothing when nothing waits."""
        spans = self.scheduler.plan()
        if not spans:
            return self.told()
        start = time.monotonic()
        batch = Batch(spans)
        logits = self.runner(batch)
        for span in spans:
            span.sequence.computed += span.count
        if batch.sampled:
            self.choose(logits, batch)
        self.timeline.add(batch, start)
        return self.told()

    def told(self) -> Report:
        """What was not reported yet."""
        report, self.report = self.report, []
        return report

    def choose(self, logits: Tensor, batch: Batch) -> None:
        """The next token of each complete sequence, those of its draft as far as they are the same, and one more."""
        for first, sequence in zip(batch.firsts, batch.sampled, strict=True):
            restrict(logits[first], sequence)
        tokens = sample(logits[batch.firsts] if len(logits) > len(batch.firsts) else logits, batch.sampled)
        for sequence, first, draft, token in zip(batch.sampled, batch.firsts, batch.drafts, tokens, strict=True):
            self.accept(sequence, token, foretold=token.number in draft[:1])
            for place, drafted in enumerate(draft, start=1):
                if token.number != drafted or sequence.over:
                    break
                row = logits[first + place : first + place + 1]
                restrict(row[0], sequence)
                token = sample(row, [sequence])[0]
                self.accept(sequence, token, foretold=token.number in draft[place : place + 1])
            sequence.computed = min(sequence.computed, len(sequence.tokens) - 1)  # a refused draft is overwritten
            self.go_on(sequence)

    def go_on(self, sequence: Sequence) -> None:
        """Take what comes next without the model's choice, then draft what may come."""
        sequence.draft = []
        while not sequence.over and (forced := follow(sequence)):
            for number in forced:
                if not sequence.over:
                    self.accept(sequence, Token(number, best=((number, 0.0),) * min(sequence.job.logprobs or 0, 1)))
        if not sequence.over:
            sequence.draft = propose(sequence)

    def accept(self, sequence: Sequence, token: Token, *, foretold: bool = False) -> None:
        """Append a token to its sequence, which ends here or goes on, and report it."""
        sequence.tokens.append(token.number)
        if sequence.guide:
            sequence.guide.take(token.number)
        ended = token.number in self.ends and not sequence.job.ignore_eos
        if ended or sequence.full:
            sequence.over = True
            self.scheduler.remove(sequence)
        self.report.append((sequence.number, replace(token, end=ended, foretold=foretold)))


def restrict(logits: Tensor, sequence: Sequence) -> None:
    """Keep the logits of tokens that the answer's schema allows, in place."""
    if sequence.guide:
        logits.masked_fill_(~torch.from_numpy(sequence.guide.allowed()), NEVER)


def work(engine: Engine, receive: Callable[[bool], list[Order] | None], send: Callable[[Report], None]) -> None:
    """Step while there is work and wait while there is none; ends when `receive` returns None."""
    idle = True
    while (orders := receive(idle)) is not None:
        for order in orders:
            engine.take(order)
        report = engine.step()
        idle = not engine.scheduler.busy
        if report:
            send(report)
