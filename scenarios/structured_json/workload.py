"""Requests of the structured JSON scenario from a seed: a text with a schema in it, to be answered by a document of that schema."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from math import log
from random import Random

from pydantic import JsonValue

from models.words import Writer
from scenarios.chat.workload import questions as plain_questions
from scenarios.scenario import Message, Request, Scale
from scenarios.structured_json.schemas import FIELD_TOKENS, Schema, make_schema

_TEMPLATE_TOKENS = 12
_TOKENS_PER_WORD = 1.7
_LETTERS_PER_TOKEN = 2.3
_NONCE_WORDS = 8
_TEXT = re.compile(r"[A-Za-z]+|[^A-Za-z\s]")
_SAMPLED = {"temperature": 0.9, "top_p": 0.9}


def requests(seed: int, scale: Scale) -> Iterator[Request]:
    """The timed load, without end: a nonce, a text, a schema; streamed and greedy."""
    random = Random(f"structured json {seed}")
    writer = Writer(random, distinct_words=scale.distinct_words)
    arrival = 0.0
    for number in count():
        arrival += -log(1.0 - random.random()) / scale.load.rate_per_second
        yield _request(random, writer, scale, number=number).model_copy(update={"arrival_seconds": arrival})


def questions(seed: int, scale: Scale) -> tuple[Request, ...]:
    """Half of them plain, since a server has to serve these as well; the others under schemas, streamed, whole, sampled, cut short."""
    random = Random(f"structured questions {seed}")
    plain = plain_questions(random.getrandbits(48), scale.model_copy(update={"questions": scale.questions // 2}))
    documents = requests(random.getrandbits(48), scale)
    asked = [
        next(documents).model_copy(update={"arrival_seconds": 0.0, **change}) for change in _changes(random, scale.questions - len(plain))
    ]
    return tuple(one.model_copy(update={"number": number}) for number, one in enumerate((*plain, *asked)))


def prompt_text(random: Random, writer: Writer, schema: Mapping[str, JsonValue], *, tokens: int) -> str:
    """About `tokens` tokens: a nonce, as many words as there is room for, the schema."""
    shown = json.dumps(schema, separators=(",", ":"))
    words = (tokens - _TEMPLATE_TOKENS - tokens_of(shown)) / _TOKENS_PER_WORD - _NONCE_WORDS
    return f"{writer.nonce()}: {writer.text(max(round(words), 4))} {shown}"


def tokens_of(text: str) -> int:
    """About how many tokens a text of words and signs has in a synthetic vocabulary, where the keywords of schemas are no words."""
    return round(sum(max(_TOKENS_PER_WORD, len(part) / _LETTERS_PER_TOKEN) if part.isalpha() else 1 for part in _TEXT.findall(text)))


def _request(random: Random, writer: Writer, scale: Scale, *, number: int) -> Request:
    schema = _fitting(random, writer, scale)
    content = prompt_text(random, writer, schema, tokens=scale.prompt_tokens.draw(random))
    return Request(
        number=number,
        endpoint="/v1/chat/completions",
        messages=(Message(role="user", content=content),),
        max_tokens=scale.output_tokens.maximum,
        json_schema=schema,
    )


def _fitting(random: Random, writer: Writer, scale: Scale) -> Schema:
    """A schema of the length that is drawn, smaller where the prompt would not hold it."""
    fields = max(round(scale.output_tokens.draw(random) / FIELD_TOKENS), 1)
    room = scale.prompt_tokens.maximum - _TEMPLATE_TOKENS - round(_TOKENS_PER_WORD * (_NONCE_WORDS + 4))
    while True:
        schema = make_schema(random, writer, fields=fields)
        if tokens_of(json.dumps(schema, separators=(",", ":"))) <= room:
            return schema
        fields = max(fields - 1, 1)


def _changes(random: Random, number: int) -> list[dict[str, object]]:
    kinds: list[dict[str, object]] = [{}, {"stream": False}, {**_SAMPLED, "seed": random.getrandbits(31)}, {"max_tokens": 5}]
    return [kinds[place % len(kinds)] for place in range(number)]
