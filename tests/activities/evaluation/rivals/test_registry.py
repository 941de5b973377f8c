"""Declarations are whole, and what a person types is found or refused with what would be right."""

import pytest

from activities.evaluation.rivals.declaration import PLACES, Search, fill
from activities.evaluation.rivals.filling import ADAPTERS, cache_gib
from activities.evaluation.rivals.registry import UnknownRival, find_entrant, rivals
from models.preset import PRESETS
from scenarios.registry import SCENARIOS
from targets.registry import TARGETS

SMALL = PRESETS["llama"]["small"]


@pytest.mark.parametrize("name", rivals())
def test_every_declared_rival_says_all_that_is_needed(name: str) -> None:
    rival = rivals()[name]
    assert rival.search != Search()
    assert rival.install.strip() and rival.documentation.startswith("https://")
    assert any("{port}" in word for word in rival.start)
    assert "127.0.0.1" in rival.start or "openvino" in name, "it must listen on loopback only"
    assert set(rival.workloads) <= set(SCENARIOS)
    assert all(precision.exact or precision.caveats for precision in rival.precisions.values())
    assert rival.asking.token_ids or any("token ids" in caveat for caveat in rival.caveats)


def test_adapters_that_declarations_name_are_there() -> None:
    named = {word for rival in rivals().values() for word in (*rival.start, *_conversions(rival.name)) if "{adapters}" in word}
    assert named
    assert all((ADAPTERS / word.removeprefix("{adapters}/")).is_file() for word in named)


def _conversions(name: str) -> list[str]:
    return [word for precision in rivals()[name].precisions.values() for command in precision.convert for word in command]


def test_the_first_precision_is_taken_when_none_is_named() -> None:
    assert find_entrant("llama.cpp").precision == find_entrant("llama.cpp:f32").precision
    assert find_entrant("llama.cpp:q8_0").precision.weights == "q8_0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lama", "known: llama.cpp, mlx-lm"),
        ("vllm:int3", "known: fp32"),
        ("command:python server.py", "has no {port}"),
        ("command:", "wants a command line"),
        ("command:http://example.org:80", "is not on this machine"),
        ("command:serve --port {port} --model {modle}", "names modle; known: adapters"),
    ],
)
def test_what_is_no_rival_is_refused_with_what_would_be_one(text: str, words: str) -> None:
    with pytest.raises(UnknownRival) as refused:
        find_entrant(text)
    assert words in str(refused.value)


def test_a_command_and_an_address_on_this_machine_are_rivals() -> None:
    command = find_entrant("command:serve --model {model} --port {port}")
    assert command.rival.start == ("serve", "--model", "{model}", "--port", "{port}")
    assert find_entrant("command:http://127.0.0.1:8000/v1/").url == "http://127.0.0.1:8000"


def test_names_in_braces_are_filled_in_and_json_is_left_alone() -> None:
    filling = {name: name.upper() for name in PLACES}
    assert fill('{model}:{port} {"a": {"b": 1}}', filling) == 'MODEL:PORT {"a": {"b": 1}}'


def test_the_cache_holds_keys_and_values_of_all_tokens() -> None:
    assert cache_gib(SMALL, 8 * 512) == 1
    token = 2 * 12 * 4 * 64 * 4
    assert cache_gib(SMALL, (1 << 33) // token) == 10


def test_rivals_name_targets_that_exist_or_will() -> None:
    assert {target for rival in rivals().values() for target in rival.targets} <= {*TARGETS, "cuda", "metal"}
