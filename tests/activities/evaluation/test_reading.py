"""The reference finds the tokens of which a text was made."""

from random import Random

import pytest

from activities.evaluation.ground import Ground
from activities.evaluation.spelling import Reading, Text
from tests.activities.evaluation.independent import Independent, without_last_layer

TOKENS = 24


def prompts(count: int) -> list[tuple[int, ...]]:
    """Words that follow no rule."""
    random = Random(23)
    return [tuple(random.randrange(300, 1000) for _ in range(random.randrange(5, 40))) for _ in range(count)]


@pytest.fixture(scope="module")
def honest(ground: Ground) -> Independent:
    """A computation that shares no code with the reference."""
    return Independent(ground.checkpoint.folder)


async def read(ground: Ground, prompt: tuple[int, ...], ids: tuple[int, ...], *, without: tuple[int, ...] = ()) -> Reading:
    """The text of these ids."""
    text = Text(prompt=prompt, text=ground.vocabulary.decode(ids), tokens=TOKENS, without=without)
    return (await ground.reference.read([text]))[0]


async def test_the_tokens_of_an_honest_text_are_found_although_the_tokenizer_spells_it_otherwise(
    ground: Ground, honest: Independent
) -> None:
    respelt = 0
    for prompt in prompts(6):
        made = honest.greedy(list(prompt), tokens=TOKENS)
        reading = await read(ground, prompt, made)
        assert reading.ids == made == reading.choices
        assert max(reading.gaps) <= ground.policy.margin
        respelt += tuple(ground.vocabulary.split(ground.vocabulary.decode(made))) != made
    assert respelt > 0, "no text of these could show the difference"


async def test_a_text_of_another_model_lies_far_from_the_reference(ground: Ground) -> None:
    spoilt = Independent(ground.checkpoint.folder, without_last_layer)
    prompt = prompts(1)[0]
    reading = await read(ground, prompt, spoilt.greedy(list(prompt), tokens=TOKENS))
    assert max(reading.gaps) > ground.policy.margin


async def test_tokens_that_are_never_chosen_are_no_choice_of_the_reference_either(ground: Ground, honest: Independent) -> None:
    prompt = prompts(1)[0]
    made = honest.greedy(list(prompt), tokens=4)
    reading = await read(ground, prompt, made, without=(made[0],))
    assert made[0] not in reading.choices


async def test_a_text_is_read_to_its_end_and_no_further(ground: Ground, honest: Independent) -> None:
    prompt = prompts(2)[1]
    made = honest.greedy(list(prompt), tokens=5)
    reading = await read(ground, prompt, made)
    assert ground.vocabulary.decode(reading.ids) == ground.vocabulary.decode(made)
    assert len(reading.ids) < TOKENS
