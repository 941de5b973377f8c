"""The engine: plan a step, run it, sample, report; requests join and leave between steps."""

import time
from collections.abc import Callable
from pathlib import Path

import torch
from batch import Batch
from cache import Cache
from checkpoint import read_config, read_weights
from model import Model
from protocol import Job, Token
from runtime import Runner
from sampling import sample
from scheduler import MAX_SEQUENCES, Scheduler
from sequence import Sequence
from timeline import Timeline

Order = tuple[int, Job | None]
"""A request's number and what it wants; None when its client has gone."""
Report = list[tuple[int, Token]]
"""The tokens of one step by request."""


class Engine:
    """Everything between the requests' prompts and their tokens."""

    def __init__(self, folder: Path) -> None:
        config = read_config(folder)
        cache = Cache(config, MAX_SEQUENCES)
        self.ends = config.ends
        self.scheduler = Scheduler(cache)
        self.runner = Runner(Model(config, read_weights(folder)), cache)
        self.timeline = Timeline()

    def take(self, order: Order) -> None:
        """Let a request join, or leave."""
        number, job = order
        if job is None:
            self.scheduler.cancel(number)
        else:
            self.scheduler.add(Sequence.of(number, job))

    @torch.inference_mode()
    def step(self) -> Report:
        """One pass through the model; nothing when nothing waits."""
        spans = self.scheduler.plan()
        if not spans:
            return []
        start = time.monotonic()
        batch = Batch(spans)
        logits = self.runner(batch)
        for span in spans:
            span.sequence.computed += span.count
        report = [
            (sequence.number, self.accept(sequence, token))
            for sequence, token in zip(batch.sampled, self.sample(logits, batch), strict=True)
        ]
        self.timeline.add(batch, start)
        return report

    def sample(self, logits: torch.Tensor, batch: Batch) -> list[Token]:
        return sample(logits, batch.sampled) if batch.sampled else []

    def accept(self, sequence: Sequence, token: Token) -> Token:
        """Append a token to its sequence, which ends here or goes on."""
        sequence.tokens.append(token.number)
        ended = token.number in self.ends and not sequence.job.ignore_eos
        if ended or sequence.full:
            self.scheduler.remove(sequence)
        return Token(token.number, ended, token.logprob, token.best)


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
