"""Requests with a long beginning that others share: a few documents, one of which is edited again and again, and questions.

The nonce stands in the question, behind the document: what is shared may be kept, what is asked is always new.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import log
from random import Random

from models.words import Writer
from scenarios.scenario import Lengths, Message, Request, Scale

DOCUMENTS = 3
EDITED_EVERY = 64
"""Requests between two edits of the first document."""
EDITED_WORDS = 5
_TOKENS_PER_WORD = 1.4
_NONCE_WORDS = 8
_TOLD_TOKENS = 24
"""Of questions about what is kept: a wrong state moves every logit, and the choice of about one token in ten."""
_ALTERNATIVES = 3
_CROWD = 10
"""Other documents asked about at once, so that what was kept before gives way."""
_STOPS = (("an",), ("e", "o"), ("st", "br"))
_SAMPLED_TOKENS = 96


def requests(seed: int, scale: Scale) -> Iterator[Request]:
    """The timed load, without end: Poisson arrivals, one of several documents, a fresh question, an edit from time to time."""
    random = Random(f"load {seed}")
    writer = Writer(random, distinct_words=scale.distinct_words)
    documents = [document(writer, scale) for _ in range(DOCUMENTS)]
    arrival = 0.0
    for number in count():
        if number % EDITED_EVERY == EDITED_EVERY - 1:
            documents[0] = edited(random, writer, documents[0])
        arrival += -log(1.0 - random.random()) / scale.load.rate_per_second
        asked = ask(number, documents[int(random.random() * DOCUMENTS)], question(random, writer, scale.prompt_tokens))
        yield asked.model_copy(update={"arrival_seconds": arrival, "max_tokens": scale.output_tokens.draw(random)})


def questions(seed: int, scale: Scale) -> tuple[Request, ...]:
    """The hidden requests of the correctness gate: every way to ask at once, then, one after another, what a kept prefix may get wrong."""
    random = Random(f"questions {seed}")
    writer = Writer(random, distinct_words=scale.distinct_words)
    first = [document(writer, scale) for _ in range(2)]
    rounds = [
        [*_ways(random, writer, first, scale)],
        *([one] for one in _kept(random, writer, first[0], scale)),
        _crowd(random, writer, scale),
    ]
    rounds.append([_told(random, writer, first[0], scale)])
    numbered = [asked.model_copy(update={"round": place}) for place, each in enumerate(rounds) for asked in each]
    return tuple(asked.model_copy(update={"number": number}) for number, asked in enumerate(numbered))


def document(writer: Writer, scale: Scale) -> str:
    """Text of about as many tokens as prompts share."""
    return writer.text(max(round(scale.prefix_tokens / _TOKENS_PER_WORD), 1))


def question(random: Random, writer: Writer, lengths: Lengths) -> str:
    """A nonce and some text that nobody asked before."""
    words = max(1, round(lengths.draw(random) / _TOKENS_PER_WORD) - _NONCE_WORDS)
    return f"{writer.nonce()}: {writer.text(words)}"


def edited(random: Random, writer: Writer, text: str) -> str:
    """The document with a few other words at one place; what stands before it stays as it was."""
    words = text.split(" ")
    place = int(random.random() * max(len(words) - EDITED_WORDS, 1))
    return " ".join([*words[:place], *(writer.word() for _ in words[place : place + EDITED_WORDS]), *words[place + EDITED_WORDS :]])


def one_word_changed(random: Random, text: str, *, share: float) -> str:
    """The document with one word exchanged for another of its own, at this share of its length."""
    words = text.split(" ")
    place = min(int(share * len(words)), len(words) - 1)
    others = [word for word in words if word.lower() != words[place].lower()]
    return " ".join([*words[:place], random.choice(others), *words[place + 1 :]])


def ask(number: int, text: str, asked: str) -> Request:
    """A document as the system's message, and a question about it."""
    messages = (Message(role="system", content=text), Message(role="user", content=asked))
    return Request(number=number, endpoint="/v1/chat/completions", messages=messages, max_tokens=_TOLD_TOKENS, ignore_eos=True)


def _ways(random: Random, writer: Writer, documents: Sequence[str], scale: Scale) -> Iterator[Request]:
    """Every way to ask, so many as the scale says: about the documents, and about nothing shared."""

    def plain(number: int) -> Request:
        asked = ask(number, documents[number % len(documents)], question(random, writer, scale.prompt_tokens))
        return asked.model_copy(update={"stream": random.random() < 0.5})

    completion = {"endpoint": "/v1/completions", "messages": ()}
    drawing = {"temperature": 0.7 + 0.6 * random.random(), "top_p": 0.7 + 0.25 * random.random(), "seed": random.getrandbits(31)}
    ids = tuple(300 + int(random.random() * 700) for _ in range(scale.prompt_tokens.maximum))
    changes: tuple[Mapping[str, object], ...] = (
        {},
        completion | {"prompt": f"{documents[0]} {writer.nonce()}", "ignore_eos": False},
        completion | {"prompt": ids},
        {"stop": tuple(random.choice(_STOPS))},
        drawing | {"max_tokens": _SAMPLED_TOKENS},
        {"max_tokens": 1},
        {"logprobs": _ALTERNATIVES},
        completion | {"prompt": writer.word()},
    )
    for number, change in zip(range(scale.questions), changes, strict=False):
        yield plain(number).model_copy(update=change)


def _kept(random: Random, writer: Writer, text: str, scale: Scale) -> Iterator[Request]:
    """The same beginning warm; changed by one word early, in the middle and at its end; cut short; continued; and as it was."""
    words = text.split(" ")
    yield _told(random, writer, text, scale)
    for share in (0.02, 0.5, 1.0):
        changed = one_word_changed(random, text, share=share)
        yield _told(random, writer, changed, scale)
        yield _told(random, writer, changed, scale).model_copy(update={"logprobs": None})
    yield _told(random, writer, " ".join(words[: len(words) * 2 // 3]), scale)
    yield _told(random, writer, f"{text} {writer.text(4)}", scale)
    yield _told(random, writer, text, scale)


def _crowd(random: Random, writer: Writer, scale: Scale) -> list[Request]:
    """Short documents of others, all at once."""
    short = scale.model_copy(update={"prefix_tokens": scale.prefix_tokens // 4})
    return [ask(0, document(writer, short), question(random, writer, scale.prompt_tokens)) for _ in range(_CROWD)]


def _told(random: Random, writer: Writer, text: str, scale: Scale) -> Request:
    """With log-probabilities: they are off at every token where the state is another's."""
    return ask(0, text, question(random, writer, scale.prompt_tokens)).model_copy(update={"logprobs": _ALTERNATIVES})
