"""Streams of speech from a seed, cut into what is asked of each as it is heard."""

from collections.abc import Iterator
from itertools import count
from math import ceil
from random import Random

from models.speech import FRAME_SAMPLES, SAMPLE_RATE, VOICES, Samples, Speech, samples
from models.words import Writer
from scenarios.scenario import Request, Scale

TOKENS_PER_SECOND = 6.5
"""The longest transcript of a second of speech; what Moonshine's authors cut at (arXiv 2410.15608)."""
SPARE_TOKENS = 2
CHUNKS_NUMBERED = 1000
"""The chunks of a stream have numbers of their own, from the stream's on."""


def requests(seed: int, scale: Scale) -> Iterator[Request]:
    """Streams without end: other words, voices, rates and noise in each."""
    random = Random(f"load {seed}")
    writer = Writer(random, distinct_words=scale.distinct_words)
    for number in count():
        words = max(1, scale.prompt_tokens.draw(random))
        speech = Speech(
            text=writer.text(words),
            voice=random.choice(VOICES),
            words_per_minute=130 + int(random.random() * 80),
            pitch=25 + int(random.random() * 50),
            noise=random.choice((0.0, 0.02, 0.1)),
            seed=random.getrandbits(31),
        )
        yield Request(number=number * CHUNKS_NUMBERED, endpoint="/v1/realtime", speech=speech, max_tokens=1, stream=False)


def questions(seed: int, scale: Scale) -> tuple[Request, ...]:
    """Streams of the hidden correctness gate; nobody has heard them before."""
    found = requests(Random(f"questions {seed}").getrandbits(48), scale)
    return tuple(next(found) for _ in range(scale.questions))


def chunks(stream: Request, sizes: Iterator[int]) -> Iterator[tuple[Request, Samples]]:
    """What is appended one after another, and what is asked with each: all that was said so far, in at most so many tokens.

    `sizes` are samples, multiples of `FRAME_SAMPLES`; the last chunk is what is left.
    """
    if stream.speech is None:
        raise ValueError(f"request {stream.number} is no stream of speech")
    spoken, heard = samples(stream.speech), 0
    for place, size in enumerate(sizes):
        if heard >= len(spoken):
            return
        piece = spoken[heard : heard + size]
        heard += len(piece)
        limit = SPARE_TOKENS + ceil(TOKENS_PER_SECOND * heard / SAMPLE_RATE)
        yield stream.model_copy(update={"number": stream.number + place, "heard_samples": heard, "max_tokens": limit}), piece


def paced(scale: Scale) -> Iterator[int]:
    """Chunks of the scale's length."""
    size = round(scale.chunk_seconds * SAMPLE_RATE) // FRAME_SAMPLES * FRAME_SAMPLES
    return iter(lambda: size, 0)


def uneven(random: Random, scale: Scale) -> Iterator[int]:
    """Chunks from one frame to twice the scale's length."""
    most = round(2 * scale.chunk_seconds * SAMPLE_RATE) // FRAME_SAMPLES
    return iter(lambda: FRAME_SAMPLES * (1 + int(random.random() ** 2 * most)), 0)
