"""Requests of the chat scenario from a seed: the timed load, and the hidden questions of the correctness gate."""

from collections.abc import Iterator
from itertools import count
from math import log
from random import Random

from models.words import Writer
from scenarios.scenario import Lengths, Message, Request, Scale

_TOKENS_PER_WORD = 1.25
_TEMPLATE_TOKENS = 10
_NONCE_WORDS = 6
_TURNS_SHARE = 0.3


def requests(seed: int, scale: Scale) -> Iterator[Request]:
    """The timed load, without end: Poisson arrivals, lognormal lengths, a nonce in each, some with earlier turns."""
    random = Random(f"load {seed}")
    writer = Writer(random, distinct_words=scale.distinct_words)
    arrival = 0.0
    for number in count():
        arrival += -log(1.0 - random.random()) / scale.load.rate_per_second
        yield Request(
            number=number,
            arrival_seconds=arrival,
            endpoint="/v1/chat/completions",
            messages=_conversation(random, writer, _draw(random, scale.prompt_tokens)),
            max_tokens=_draw(random, scale.output_tokens),
            ignore_eos=True,
        )


def questions(seed: int, scale: Scale) -> tuple[Request, ...]:
    """The hidden requests of the correctness gate."""
    raise NotImplementedError


def _conversation(random: Random, writer: Writer, tokens: int) -> tuple[Message, ...]:
    """A user's message of about `tokens` tokens, or three turns of as many in all."""
    spare = tokens - _TEMPLATE_TOKENS
    available = max(1, round(spare / _TOKENS_PER_WORD) - _NONCE_WORDS)
    opening = f"{writer.nonce()}: "
    if random.random() >= _TURNS_SHARE or available < 3:
        return (Message(role="user", content=opening + writer.text(available)),)
    third = available // 3
    return (
        Message(role="user", content=opening + writer.text(third)),
        Message(role="assistant", content=writer.text(third)),
        Message(role="user", content=writer.text(available - 2 * third)),
    )


def _draw(random: Random, lengths: Lengths) -> int:
    drawn = lengths.median * 2.718281828459045 ** (lengths.sigma * random.normalvariate())
    return max(lengths.minimum, min(lengths.maximum, round(drawn)))
