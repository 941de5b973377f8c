"""A load beside the announced one, drawn from a seed: who is tuned to the announced numbers alone loses on it."""

from random import Random

from scenarios.scenario import Lengths, Scale

FEWER, MORE = (0.4, 0.7), (1.5, 2.2)
"""Ranges of the factor by which concurrency and lengths differ from what is announced; a canary is always clearly beside it."""


def beside(seed: int, scale: Scale) -> Scale:
    """The scale with another concurrency, arrival rate, and other lengths; prompts and answers still fit the context."""
    random = Random(f"canary {seed}")
    concurrency = max(1, round(scale.load.concurrency * _factor(random)))
    rate = scale.load.rate_per_second * concurrency / scale.load.concurrency
    room = scale.context_tokens - 1
    prompts = _stretched(random, scale.prompt_tokens, room=room * 2 // 3)
    outputs = _stretched(random, scale.output_tokens, room=room - prompts.maximum)
    load = scale.load.model_copy(update={"concurrency": concurrency, "rate_per_second": rate})
    return scale.model_copy(update={"load": load, "prompt_tokens": prompts, "output_tokens": outputs})


def in_words(scale: Scale) -> str:
    """What is unusual about a canary, for a person."""
    load = scale.load
    rate, prompts, answers = load.rate_per_second, scale.prompt_tokens.median, scale.output_tokens.median
    brought = {"closed": f"{load.concurrency} in flight", "live": f"{load.concurrency} streams", "open": f"{rate:.3g} requests/s"}
    return f"{brought[load.mode]}, prompts of about {prompts:.0f} tokens, answers of about {answers:.0f}"


def _stretched(random: Random, lengths: Lengths, *, room: int) -> Lengths:
    factor = _factor(random)
    maximum = min(round(lengths.maximum * max(factor, 1.0)), room)
    minimum = min(lengths.minimum, maximum)
    median = min(max(lengths.median * factor, minimum), maximum)
    return lengths.model_copy(update={"median": median, "minimum": minimum, "maximum": maximum})


def _factor(random: Random) -> float:
    low, high = FEWER if random.random() < 0.5 else MORE
    return low + (high - low) * random.random()
