"""Generation by transformers: one request at a time, in a thread beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Event

import torch
from protocol import Job, Token
from transformers import AutoModelForCausalLM, GenerationConfig
from transformers.generation import StoppingCriteria, StoppingCriteriaList
from transformers.generation.logits_process import LogitsProcessor, LogitsProcessorList
from transformers.generation.streamers import BaseStreamer

Emit = Callable[[Token | None], None]


class Engine:
    """A causal language model and the lock that requests wait at."""

    def __init__(self, folder: Path, threads: int) -> None:
        torch.set_num_threads(threads)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.context_tokens: int = self.model.config.max_position_embeddings
        self.vocabulary_size: int = self.model.config.vocab_size
        ends = self.model.generation_config.eos_token_id
        self.ends = {ends} if isinstance(ends, int) else set(ends or ())
        self.model.generation_config = GenerationConfig()
        self.turn = asyncio.Lock()

    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        """Yield tokens as they are made; closing the iterator stops the work."""
        async with self.turn:
            loop, tokens, cancelled = asyncio.get_running_loop(), asyncio.Queue[Token | None](), Event()
            work = loop.run_in_executor(None, self.run, job, lambda token: loop.call_soon_threadsafe(tokens.put_nowait, token), cancelled)
            try:
                while token := await tokens.get():
                    yield [token]
                await work
            finally:
                cancelled.set()
                await asyncio.wait([work])

    @torch.inference_mode()
    def run(self, job: Job, emit: Emit, cancelled: Event) -> None:
        """Generate the whole answer, emitting each token and at last None."""
        try:
            scores = Scores()
            tokens = Tokens(job, scores, set() if job.ignore_eos else self.ends, emit)
            if job.temperature > 0:
                torch.manual_seed(job.seed) if job.seed is not None else torch.seed()
            prompt = torch.tensor([job.prompt])
            self.model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                generation_config=sampling(job),
                logits_processor=LogitsProcessorList([*self.processors(job), scores]),
                stopping_criteria=StoppingCriteriaList([Watch(tokens, cancelled)]),
                streamer=tokens,
            )
        finally:
            emit(None)

    def processors(self, job: Job) -> list[LogitsProcessor]:
        """What changes the model's logits before a token is chosen from them: nothing."""
        return []


def sampling(job: Job) -> GenerationConfig:
    """The settings of `generate` for one job, with nothing left to the checkpoint's own defaults."""
    if job.temperature == 0:
        return GenerationConfig(max_new_tokens=job.max_tokens, do_sample=False, pad_token_id=0)
    return GenerationConfig(
        max_new_tokens=job.max_tokens, do_sample=True, temperature=job.temperature, top_p=job.top_p, top_k=0, pad_token_id=0
    )


class Scores(LogitsProcessor):
    """Keeps the model's own logits of the step, before temperature and top-p."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.logits = scores[0]
        return scores


class Tokens(BaseStreamer):
    """Hands each sampled token to the event loop; the first call carries the prompt."""

    def __init__(self, job: Job, scores: Scores, ends: set[int], emit: Emit) -> None:
        self.job, self.scores, self.ends, self.emit = job, scores, ends, emit
        self.prompted = False
        self.ended = False

    def put(self, value: torch.Tensor) -> None:
        if self.prompted:
            self.ended = int(value) in self.ends
            self.emit(self.token(int(value)))
        self.prompted = True

    def end(self) -> None:
        """Nothing to flush: `Engine.run` says when the answer is over."""

    def token(self, number: int) -> Token:
        if self.job.logprobs is None:
            return Token(number, self.ended)
        logprobs = torch.log_softmax(self.scores.logits, -1)
        best = logprobs.topk(self.job.logprobs)
        alternatives = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return Token(number, self.ended, float(logprobs[number]), tuple(alternatives))


class Watch(StoppingCriteria):
    """Ends an answer at an end token or when its client has gone."""

    def __init__(self, tokens: Tokens, cancelled: Event) -> None:
        self.tokens, self.cancelled = tokens, cancelled

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
        return torch.tensor([self.cancelled.is_set() or int(input_ids[0, -1]) in self.tokens.ends])
