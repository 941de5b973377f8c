"""A schema's grammar allows exactly what some valid document goes on with, and forced text in the tokenizer's own tokens."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from pydantic import JsonValue

from models.grammar import Grammars, UnknownGrammar
from models.tokens import Vocabulary
from scenarios.structured_json.scenario import invalidity

SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"kea": {"enum": ["proun", "proum"]}, "chai": {"type": "string", "maxLength": 5}},
    "required": ["kea", "chai"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def vocabulary(tiny: Path) -> Vocabulary:
    return Vocabulary(tiny)


@pytest.fixture(scope="module")
def grammars(tiny: Path, vocabulary: Vocabulary) -> Grammars:
    return Grammars(tiny, eos_ids=vocabulary.eos_ids, size=vocabulary.size)


def test_any_choice_of_allowed_tokens_is_a_valid_document(grammars: Grammars, vocabulary: Vocabulary) -> None:
    for seed in range(8):
        walk, said, random = grammars.start(SCHEMA), list[int](), Random(seed)
        while not vocabulary.eos_ids & set(said):
            said.append(random.choice([int(token) for token in np.flatnonzero(walk.allowed())]))
            walk.take(said[-1])
        assert invalidity(vocabulary.decode(said), SCHEMA) is None


def test_forced_text_has_one_spelling(grammars: Grammars, vocabulary: Vocabulary) -> None:
    spelled = vocabulary.split('{"kea":"')
    masks = [np.flatnonzero(mask).tolist() for mask in grammars.masks(SCHEMA, spelled[:-1])]
    assert masks == [[token] for token in spelled[:-1]]


def test_masks_end_with_the_first_token_that_is_not_allowed(grammars: Grammars, vocabulary: Vocabulary) -> None:
    masks = list(grammars.masks(SCHEMA, [7, 7, 7]))
    assert len(masks) == 1 and not masks[0][7]


def test_what_is_no_schema_has_no_grammar(grammars: Grammars) -> None:
    with pytest.raises(UnknownGrammar, match="nonsense"):
        grammars.start({"type": "object", "properties": {"a": {"type": "nonsense"}}})


def test_an_invalid_document_is_told_in_words() -> None:
    assert "no JSON" in (invalidity('{"kea":', SCHEMA) or "")
    assert "not valid" in (invalidity('{"kea":"gle","chai":"a"}', SCHEMA) or "")
