"""The chat workload follows from its seed, keeps its lengths, and repeats nothing."""

from itertools import islice
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.evaluation.verification import prompt_ids
from models.preset import PRESETS
from models.tokenizer import write_tokenizer
from models.tokens import Vocabulary
from scenarios.chat.scenario import Chat
from scenarios.scenario import Request, Scale

_SEEDS = st.integers(0, 2**48)


def _drawn(seed: int, scale: Scale, count: int) -> list[Request]:
    return list(islice(Chat().requests(seed, scale), count))


@pytest.fixture(scope="module", params=["tiny", "small"])
def preset(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def scale(preset: str) -> Scale:
    return Chat().scale(preset)


@pytest.fixture(scope="module")
def vocabulary(preset: str, tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder: Path = tmp_path_factory.mktemp(preset)
    write_tokenizer(folder, vocabulary=PRESETS["llama"][preset].vocabulary)
    return Vocabulary(folder)


@settings(max_examples=15)
@given(_SEEDS)
def test_equal_seeds_give_equal_requests_and_others_do_not(seed: int) -> None:
    scale = Chat().scale("tiny")
    assert _drawn(seed, scale, 20) == _drawn(seed, scale, 20)
    assert Chat().questions(seed, scale) == Chat().questions(seed, scale)
    assert {request.messages for request in _drawn(seed, scale, 20)}.isdisjoint(request.messages for request in _drawn(seed + 1, scale, 20))


def test_prompts_are_about_as_long_as_asked_and_always_fit(scale: Scale, vocabulary: Vocabulary) -> None:
    requests = _drawn(1, scale, 800)
    lengths = [len(prompt_ids(request, vocabulary)) for request in requests]
    assert 0.8 < median(lengths) / scale.prompt_tokens.median < 1.2
    assert max(length + request.max_tokens for length, request in zip(lengths, requests, strict=True)) <= scale.context_tokens


def test_answers_are_as_long_as_asked(scale: Scale) -> None:
    tokens = [request.max_tokens for request in _drawn(1, scale, 800)]
    assert 0.9 < median(tokens) / scale.output_tokens.median < 1.1
    assert scale.output_tokens.minimum <= min(tokens) <= max(tokens) <= scale.output_tokens.maximum


def test_no_two_requests_begin_alike(scale: Scale) -> None:
    openings = {request.messages[0].content.split(":")[0] for request in _drawn(2, scale, 1000)}
    assert len(openings) == 1000


def test_the_timed_load_is_greedy_streamed_and_of_fixed_length(scale: Scale) -> None:
    requests = _drawn(3, scale, 200)
    assert all(request.stream and request.ignore_eos and request.temperature == 0 and not request.stop for request in requests)
    assert {request.endpoint for request in requests} == {"/v1/chat/completions"}
    assert 0.15 < sum(len(request.messages) > 1 for request in requests) / len(requests) < 0.45


def test_arrivals_come_at_the_stated_rate(scale: Scale) -> None:
    requests = _drawn(4, scale, 2000)
    arrivals = [request.arrival_seconds for request in requests]
    assert arrivals == sorted(arrivals)
    assert 0.9 < 2000 / arrivals[-1] / scale.load.rate_per_second < 1.1


@settings(max_examples=15)
@given(_SEEDS)
def test_questions_cover_the_contract(seed: int) -> None:
    scale = Chat().scale("tiny")
    asked = Chat().questions(seed, scale)
    assert [request.number for request in asked] == list(range(scale.questions))
    assert {request.endpoint for request in asked} == {"/v1/completions", "/v1/chat/completions"}
    assert any(request.stop for request in asked)
    assert any(request.temperature > 0 and request.seed is not None for request in asked)
    assert any(request.logprobs is not None for request in asked)
    assert any(request.max_tokens == 1 for request in asked)
    assert any(not request.ignore_eos for request in asked)
    assert any(isinstance(request.prompt, tuple) for request in asked)


def test_questions_fit_the_context(scale: Scale, vocabulary: Vocabulary) -> None:
    for seed in range(20):
        for request in Chat().questions(seed, scale):
            ids = prompt_ids(request, vocabulary)
            assert len(ids) + request.max_tokens <= scale.context_tokens
            assert max(ids) < vocabulary.size


def test_some_questions_share_a_long_beginning(scale: Scale, vocabulary: Vocabulary) -> None:
    prompts = [prompt_ids(request, vocabulary) for request in Chat().questions(5, scale)]
    shared = max(_common(one, other) for place, one in enumerate(prompts) for other in prompts[:place])
    assert shared > 16


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
