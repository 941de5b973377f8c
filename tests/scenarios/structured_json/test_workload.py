"""Requests of structured JSON are made by their seed alone, fit their scale, and have a grammar."""

import json
from itertools import islice
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from models.preset import PRESETS
from models.tokenizer import write_tokenizer
from scenarios.registry import find_scenario
from scenarios.structured_json.schemas import bench_schemas

SCENARIO = find_scenario("structured_json")


def test_equal_seeds_give_equal_requests() -> None:
    scale = SCENARIO.scale("tiny")
    first, again, other = (list(islice(SCENARIO.requests(seed, scale), 5)) for seed in (1, 1, 2))
    assert first == again
    assert not {request.messages for request in first} & {request.messages for request in other}


def test_prompts_hold_their_schema_and_fit_the_context(tmp_path: Path) -> None:
    write_tokenizer(tmp_path, vocabulary=PRESETS["llama"]["tiny"].vocabulary)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    scale = SCENARIO.scale("tiny")
    for request in islice(SCENARIO.requests(3, scale), 40):
        content = request.messages[-1].content
        assert json.dumps(request.json_schema, separators=(",", ":")) in content
        assert len(tokenizer.encode(content).ids) + 12 + request.max_tokens <= PRESETS["llama"]["tiny"].context_tokens


def test_questions_are_plain_and_schemed_whole_and_streamed() -> None:
    questions = SCENARIO.questions(4, SCENARIO.scale("tiny"))
    assert len(questions) == SCENARIO.scale("tiny").questions
    assert {question.json_schema is None for question in questions} == {True, False}
    assert {question.stream for question in questions if question.json_schema} == {True, False}


def test_a_request_carries_its_schema_in_openais_form() -> None:
    request = next(SCENARIO.requests(1, SCENARIO.scale("tiny")))
    form = request.body()["response_format"]
    assert isinstance(form, dict) and form["type"] == "json_schema"
    assert form["json_schema"] == {"name": "answer", "strict": True, "schema": request.json_schema}


def test_schemas_of_the_benchmark_are_read_where_they_have_a_grammar(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"type": "object", "properties": {"a": {"type": "integer"}}}')
    (tmp_path / "bad.json").write_text('{"type": "nonsense"}')
    (tmp_path / "torn.json").write_text("{")
    assert bench_schemas(tmp_path) == ({"type": "object", "properties": {"a": {"type": "integer"}}},)


@pytest.mark.parametrize("preset", ["tiny", "small", "full"])
def test_canary_loads_fit_the_context(preset: str) -> None:
    scale = SCENARIO.scale(preset)
    for seed in range(20):
        beside = SCENARIO.canary(seed, scale)
        assert beside.prompt_tokens.maximum + beside.output_tokens.maximum < scale.context_tokens
