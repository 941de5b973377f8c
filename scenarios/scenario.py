"""What is served and how it is judged: requests from a seed, the load that brings them, and the limits that hold."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Annotated, Literal, Protocol

from pydantic import Field, JsonValue

from models.checkpoint import Checkpoint
from models.speech import Speech
from scenarios.work import Traffic, Work
from search.measurement import Objectives
from search.metric import Metric
from search.value import Value

Ability = Literal["json_schema", "prediction"]
"""Parts of the text API that only some scenarios ask for; a server of another scenario refuses a schema and may ignore a prediction."""


class Message(Value):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(Value):
    """One request of the text API; exactly one of `messages` and `prompt` is used, as the endpoint says. Or one stream of speech, and what
    is asked of it when so much of it has been heard."""

    number: int
    round: int = 0
    """Of the hidden questions: each round is asked at once, when the rounds before it are answered."""
    arrival_seconds: float = 0.0
    """Since the load began; used by the open loop only."""
    endpoint: Literal["/v1/completions", "/v1/chat/completions", "/v1/realtime"]
    messages: tuple[Message, ...] = ()
    prompt: str | tuple[int, ...] = ""
    max_tokens: Annotated[int, Field(ge=1)]
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    stream: bool = True
    ignore_eos: bool = False
    logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    """How many alternatives each token is to be reported with; None asks for no log-probabilities."""

    json_schema: Mapping[str, JsonValue] | None = None
    """What the answer must be valid by: each token is the best of those that the schema's grammar allows (`models.grammar`)."""
    speech: Speech | None = None
    """What a stream says; None for text."""
    heard_samples: int = 0
    """So much of the speech stands behind the transcript; 0 for the stream as a whole."""
    prediction: str | tuple[int, ...] | None = None
    """What much of the answer is expected to be equal to: text, or token ids where text would be split otherwise."""

    def body(self) -> dict[str, JsonValue]:
        """The JSON document to send, with OpenAI's field names and `return_token_ids`."""
        asked: dict[str, JsonValue] = {
            "model": "default",
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "stream": self.stream,
            "ignore_eos": self.ignore_eos,
            "return_token_ids": True,
        }
        if self.seed is not None:
            asked["seed"] = self.seed
        if self.stop:
            asked["stop"] = list(self.stop)
        return asked | self._input() | self._logprobs() | self._guidance()

    def _input(self) -> dict[str, JsonValue]:
        if self.endpoint == "/v1/chat/completions":
            return {"messages": [{"role": message.role, "content": message.content} for message in self.messages]}
        return {"prompt": self.prompt if isinstance(self.prompt, str) else list(self.prompt)}

    def _logprobs(self) -> dict[str, JsonValue]:
        if self.logprobs is None:
            return {}
        if self.endpoint == "/v1/chat/completions":
            return {"logprobs": True, "top_logprobs": self.logprobs}
        return {"logprobs": self.logprobs}

    def _guidance(self) -> dict[str, JsonValue]:
        guidance: dict[str, JsonValue] = {}
        if self.json_schema is not None:
            named: dict[str, JsonValue] = {"name": "answer", "schema": dict(self.json_schema), "strict": True}
            guidance["response_format"] = {"type": "json_schema", "json_schema": named}
        if self.prediction is not None:
            guidance["prediction"] = {
                "type": "content",
                "content": self.prediction if isinstance(self.prediction, str) else list(self.prediction),
            }
        return guidance


class Load(Value):
    """How requests are brought: `closed` keeps `concurrency` in flight, `open` sends each at its arrival time, `live` keeps `concurrency`
    streams of speech going, each paced as it is spoken."""

    mode: Literal["closed", "open", "live"]
    concurrency: int
    """Requests in flight in the closed loop; the most in flight in the open one."""
    rate_per_second: float
    """Mean arrivals of the open loop; the closed loop ignores it."""
    warmup_seconds: float
    """Load before the window begins, at least; it goes on until throughput is steady."""
    warmup_limit_seconds: float
    window_seconds: float
    drain_limit_seconds: float
    """How long requests in flight may take to end after the window closes."""


class Lengths(Value):
    """A lognormal distribution of token counts, cut at both ends."""

    median: float
    sigma: float
    """Standard deviation of the natural logarithm."""
    minimum: int
    maximum: int

    def draw(self, random: Random) -> int:
        """One count."""
        drawn = self.median * math.e ** (self.sigma * random.normalvariate())
        return max(self.minimum, min(self.maximum, round(drawn)))


class Limits(Value):
    """What a user still feels as fast; requests within both count as goodput."""

    ttft_seconds: float
    tpot_seconds: float


class Tolerance(Value):
    """How far a `bounded` candidate may be from the reference, over all answers that are judged together."""

    mean_kl: float
    """Mean divergence of the candidate's distribution from the reference's, in nats per token."""
    top1_agreement: float
    """Share of greedy tokens that are the reference's own choice, 0 to 1."""
    worst_gap: float
    """The most that any one greedy token may lie below the reference's best, in logits."""


class Scale(Value):
    """A scenario fitted to a size of model, so that an arm takes seconds on the machine that it is meant for."""

    load: Load
    questions: int
    """Hidden requests of the correctness gate that every candidate must answer."""
    question_seconds: float
    """How long a quick server is asked further ones; a slow one gets through fewer."""
    chunk_seconds: float = 0.0
    """Of speech that is appended at once, where a scenario has streams."""
    prefix_tokens: int = 0
    """About how many tokens prompts share, where a scenario has such prompts; they come before `prompt_tokens`."""
    foretold: int = 0
    """Requests of one load for which the reference answers first, for a prediction (`Scenario.foretell`); a load should bring no more."""
    prompt_tokens: Lengths
    output_tokens: Lengths
    distinct_words: int
    """Size of the language that prompts are written in; matches the synthetic tokenizer, so that a word is about one token."""
    context_tokens: int
    """No request's prompt and answer together are longer than this."""
    start_limit_seconds: float
    """From the start of the process to a healthy answer."""
    request_limit_seconds: float
    """A single request that takes longer than this has failed."""
    memory_bytes: int
    """Limit for the candidate's whole process tree."""
    limits: Limits
    objectives: Objectives
    """What a duel's winner must keep."""


class Scenario(Protocol):
    """The whole extension point: a workload, its API and its way of being judged."""

    @property
    def name(self) -> str:
        """As typed on the command line."""
        ...

    @property
    def title(self) -> str:
        """One line for a person."""
        ...

    @property
    def family(self) -> str:
        """Of models that can serve it."""
        ...

    @property
    def api(self) -> Literal["text", "speech"]:
        """The part of the candidate contract that it uses."""
        ...

    @property
    def abilities(self) -> frozenset[Ability]:
        """What its servers must be able to do beyond plain text; each brings properties of the contract with it."""
        ...

    @property
    def metric(self) -> Metric:
        """What a duel compares."""
        ...

    @property
    def starter(self) -> Path:
        """The folder of the plain, correct server that a search begins from."""
        ...

    @property
    def tolerance(self) -> Tolerance:
        """Used under the `bounded` policy."""
        ...

    def scale(self, preset: str | None) -> Scale:
        """The scale for a preset, or for a real checkpoint when None."""
        ...

    def requests(self, seed: int, scale: Scale) -> Iterator[Request]:
        """The timed load, without end; equal seeds give equal requests."""
        ...

    def questions(self, seed: int, scale: Scale) -> tuple[Request, ...]:
        """The hidden requests of the correctness gate."""
        ...

    def foretell(self, request: Request, answer: Sequence[int]) -> Request:
        """The request with a prediction made of the reference's answer to it; asked of loads of which `Scale.foretold` are."""
        ...

    def canary(self, seed: int, scale: Scale) -> Scale:
        """A load beside the announced one; a winner must not lose on it."""
        ...

    def fault(self, request: Request, text: str, finish_reason: str) -> str | None:
        """What is wrong with a well-formed answer of this scenario, beyond what holds for all, in one line; None when nothing is."""
        ...

    def least_work(self, model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
        """The physical limit of the metric: what no honest system can do without to bring this traffic, weights and cached numbers
        being as long as they may be. The least time for it over the window's length is the share of the limit that was reached."""
        ...
