"""What clients may ask: OpenAI's request bodies, checked field by field, become a job for the engine and a form for the answer."""

import math
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError
from tokenizer import Tokenizer

MOST_LOGPROBS = 20
DEFAULT_COMPLETION_TOKENS = 16
REFUSED = ("tools", "functions", "suffix", "echo", "logit_bias", "presence_penalty", "frequency_penalty", "audio")


class BadRequest(ValueError):
    """The client's fault: what is wrong, and in which field."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


@dataclass(frozen=True)
class Token:
    """One sampled token; log-probabilities are present when the job asks for them."""

    number: int
    end: bool = False
    """Whether the model ends its answer here."""
    logprob: float = 0.0
    best: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Job:
    """What the engine needs to know."""

    prompt: list[int]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int | None
    ignore_eos: bool
    logprobs: int | None
    """How many alternatives to report beside each token; None for no log-probabilities at all."""


@dataclass(frozen=True)
class Form:
    """How the answer is told."""

    chat: bool
    model: str
    stop: tuple[str, ...]
    stream: bool
    include_usage: bool
    token_ids: bool
    token_names: bool
    """Name tokens `token_id:N` instead of their text, so that no two share a name."""


@dataclass(frozen=True)
class Limits:
    """What the model can take."""

    context_tokens: int
    vocabulary_size: int


class Fields:
    """Typed reads of a JSON object; what is missing or null reads as the default."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise BadRequest("the body must be a JSON object")
        self.body: dict[str, Any] = body

    def get(self, name: str) -> Any:
        return self.body.get(name)

    def flag(self, name: str) -> bool:
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise BadRequest(f"'{name}' must be true or false", name)
        return bool(value)

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise BadRequest(f"'{name}' must be a number from {low:g} to {high:g}", name)
        return float(value)

    def integer(self, name: str, *, low: int, high: int) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadRequest(f"'{name}' must be an integer from {low} to {high}", name)
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        value = self.get(name)
        found = [] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(text, str) and text for text in found):
            raise BadRequest(f"'{name}' must be a text or a list of texts, none of them empty", name)
        return tuple(found)


def read_completion(body: Any, tokenizer: Tokenizer, limits: Limits) -> tuple[Job, Form]:
    """A body of `POST /v1/completions`."""
    fields = checked(body)
    prompt = plain_prompt(fields.get("prompt"), tokenizer, limits)
    logprobs = fields.integer("logprobs", low=0, high=MOST_LOGPROBS)
    asked = fields.integer("max_tokens", low=1, high=limits.context_tokens)
    job = read_job(fields, prompt, limits, asked or DEFAULT_COMPLETION_TOKENS, logprobs, fits=asked is None)
    return job, read_form(fields, chat=False)


def read_chat(body: Any, tokenizer: Tokenizer, limits: Limits) -> tuple[Job, Form]:
    """A body of `POST /v1/chat/completions`."""
    fields = checked(body)
    prompt = chat_prompt(fields.get("messages"), tokenizer)
    wanted = fields.integer("top_logprobs", low=0, high=MOST_LOGPROBS)
    if wanted is not None and not fields.flag("logprobs"):
        raise BadRequest("'top_logprobs' needs 'logprobs' to be true", "top_logprobs")
    logprobs = (wanted or 0) if fields.flag("logprobs") else None
    names = ("max_completion_tokens", "max_tokens")
    asked = next((tokens for name in names if (tokens := fields.integer(name, low=1, high=limits.context_tokens))), None)
    job = read_job(fields, prompt, limits, asked or limits.context_tokens, logprobs, fits=asked is None)
    return job, read_form(fields, chat=True)


def checked(body: Any) -> Fields:
    """Refuse what this server does not do, rather than answer something else."""
    fields = Fields(body)
    for name in REFUSED:
        if fields.get(name):
            raise BadRequest(f"'{name}' is not supported", name, "unsupported_parameter")
    for name in ("n", "best_of"):
        if fields.integer(name, low=1, high=128) not in (None, 1):
            raise BadRequest(f"'{name}' above 1 is not supported", name, "unsupported_parameter")
    form = fields.get("response_format")
    if form is not None and (not isinstance(form, dict) or form.get("type") != "text"):
        raise BadRequest("'response_format' other than text is not supported", "response_format", "unsupported_parameter")
    return fields


def read_job(fields: Fields, prompt: list[int], limits: Limits, tokens: int, logprobs: int | None, *, fits: bool) -> Job:
    """The part both endpoints share; `fits` cuts a default length to the room that the prompt leaves."""
    room = limits.context_tokens - len(prompt)
    if room < 1 or (tokens > room and not fits):
        message = f"this model's context is {limits.context_tokens} tokens; the prompt has {len(prompt)} and the answer may take {tokens}"
        raise BadRequest(message, "messages" if fields.get("messages") else "prompt", "context_length_exceeded")
    return Job(
        prompt=prompt,
        max_tokens=min(tokens, room),
        temperature=fields.number("temperature", 1.0, low=0, high=2),
        top_p=fields.number("top_p", 1.0, low=math.ulp(0.0), high=1),
        seed=fields.integer("seed", low=-(2**63), high=2**63 - 1),
        ignore_eos=fields.flag("ignore_eos"),
        logprobs=logprobs,
    )


def read_form(fields: Fields, *, chat: bool) -> Form:
    """How the client wants to be answered."""
    options = Fields(fields.get("stream_options") or {})
    model = fields.get("model")
    if model is not None and not isinstance(model, str):
        raise BadRequest("'model' must be a text", "model")
    return Form(
        chat=chat,
        model=model or "default",
        stop=fields.strings("stop"),
        stream=fields.flag("stream"),
        include_usage=options.flag("include_usage"),
        token_ids=fields.flag("return_token_ids"),
        token_names=fields.flag("return_tokens_as_token_ids"),
    )


def plain_prompt(prompt: Any, tokenizer: Tokenizer, limits: Limits) -> list[int]:
    """A text, a list of token ids, or a list that holds one of these."""
    if isinstance(prompt, list) and len(prompt) == 1 and isinstance(prompt[0], str | list):
        prompt = prompt[0]
    if isinstance(prompt, str) and prompt:
        return encoded(tokenizer.encode, prompt, "prompt")
    if not isinstance(prompt, list) or not prompt:
        raise BadRequest("'prompt' must be one text or one list of token ids, not empty", "prompt")
    if not all(type(number) is int and 0 <= number < limits.vocabulary_size for number in prompt):
        raise BadRequest(f"'prompt' must be one text or token ids from 0 to {limits.vocabulary_size - 1}", "prompt")
    return prompt


def chat_prompt(messages: Any, tokenizer: Tokenizer) -> list[int]:
    """A list of messages whose content is text."""
    if not isinstance(messages, list) or not messages:
        raise BadRequest("'messages' must be a list of messages, not empty", "messages")
    return encoded(tokenizer.encode_chat, [read_message(message) for message in messages], "messages")


def read_message(message: Any) -> dict[str, str]:
    """Role and text of one message; text parts are joined."""
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise BadRequest("each message must be an object with a 'role'", "messages")
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    if not all(isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) for part in parts):
        raise BadRequest("the 'content' of each message must be text", "messages")
    return {"role": message["role"], "content": "".join(part["text"] for part in parts)}


def encoded(encode: Any, value: Any, param: str) -> list[int]:
    """Token ids, or a refusal of what the tokenizer or the chat template do not accept."""
    try:
        ids = encode(value)
    except (ValueError, TypeError, TemplateError) as error:
        raise BadRequest(f"'{param}' cannot be read: {error}", param) from error
    if not ids:
        raise BadRequest(f"'{param}' holds no tokens", param)
    return ids
