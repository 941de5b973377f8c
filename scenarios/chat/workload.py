"""Requests of the chat scenario from a seed: the timed load, and the hidden questions of the correctness gate."""

from collections.abc import Iterator, Sequence
from itertools import count, cycle
from math import log
from random import Random

from models.words import Writer
from scenarios.scenario import Message, Request, Scale

_TOKENS_PER_WORD = 1.4
_TEMPLATE_TOKENS = 10
_NONCE_WORDS = 8
"""What the nonce and its colon take, in words of the text: rare words are longer."""
_TURNS_SHARE = 0.3
_SAFE_IDS = (300, 1000)
"""Ids of whole words in every synthetic vocabulary: behind the bytes and special tokens, inside the smallest vocabulary."""
_ANSWER_TOKENS = 32
"""Of most hidden questions: a wrong engine shows early, and a starter that answers one at a time must get through all."""
_LONG_ANSWER_TOKENS = 96
_SAMPLED_TOKENS = 96
"""So many that an answer that is greedy instead shows."""
_STOPS = (("an",), ("e", "o"), ("st", "br"))


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
            messages=_conversation(random, writer, scale.prompt_tokens.draw(random)),
            max_tokens=scale.output_tokens.draw(random),
            ignore_eos=True,
        )


def questions(seed: int, scale: Scale) -> tuple[Request, ...]:
    """The hidden requests of the correctness gate: every way to ask, short and long, alone and with a prefix that another shares."""
    random = Random(f"questions {seed}")
    plain = requests(random.getrandbits(48), scale)
    asked: list[Request] = []
    for number, vary in zip(range(scale.questions), cycle(_VARIATIONS), strict=False):
        ready = next(plain)
        short = {"max_tokens": min(ready.max_tokens, _ANSWER_TOKENS), "stream": random.random() < 0.5}
        drawn = ready.model_copy(update={"number": number, "arrival_seconds": 0.0, **short})
        asked.append(vary(random, drawn, asked, scale))
    return tuple(asked)


def _as_drawn(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    return drawn


def _until_closed(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    """A plain completion that may end with the model's closing token."""
    return _completion(drawn, drawn.messages[-1].content).model_copy(update={"ignore_eos": False})


def _of_ids(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    """A prompt of token ids that no text would give."""
    ids = tuple(_SAFE_IDS[0] + int(random.random() * (_SAFE_IDS[1] - _SAFE_IDS[0])) for _ in range(scale.prompt_tokens.draw(random)))
    return _completion(drawn, ids)


def _stopped(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    return drawn.model_copy(update={"stop": tuple(random.choice(_STOPS))})


def _sampled(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    """The reference knows how surprising an answer at this temperature should be; so much is left out that ignoring top_p shows."""
    drawing = {"temperature": 0.7 + 0.6 * random.random(), "top_p": 0.7 + 0.25 * random.random(), "seed": random.getrandbits(31)}
    return drawn.model_copy(update=drawing | {"max_tokens": _SAMPLED_TOKENS})


def _with_logprobs(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    return drawn.model_copy(update={"logprobs": 3})


def _one_token(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    return drawn.model_copy(update={"max_tokens": 1})


def _sharing_a_prefix(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    """The first question's conversation with another end, so that a stale cache shows."""
    first = next((one.messages for one in asked if one.messages), drawn.messages)
    last = Message(role="user", content=f"{first[-1].content} {drawn.messages[-1].content.split(': ')[0]}")
    return drawn.model_copy(update={"messages": (*first[:-1], last)})


def _long(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    """The longest prompt of the workload and a long answer."""
    writer = Writer(random, distinct_words=scale.distinct_words)
    messages = _conversation(random, writer, scale.prompt_tokens.maximum)
    return drawn.model_copy(update={"messages": messages, "max_tokens": min(scale.output_tokens.maximum, _LONG_ANSWER_TOKENS)})


def _short(random: Random, drawn: Request, asked: Sequence[Request], scale: Scale) -> Request:
    return _completion(drawn, Writer(random, distinct_words=scale.distinct_words).word())


_VARIATIONS = (
    _as_drawn,
    _until_closed,
    _of_ids,
    _stopped,
    _sampled,
    _one_token,
    _sharing_a_prefix,
    _with_logprobs,
    _long,
    _short,
)


def _completion(drawn: Request, prompt: str | tuple[int, ...]) -> Request:
    return drawn.model_copy(update={"endpoint": "/v1/completions", "messages": (), "prompt": prompt})


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
