"""Requests become the JSON that OpenAI's API knows, and scenarios are found by name."""

import pytest

from scenarios.registry import SCENARIOS, UnknownScenario, find_scenario
from scenarios.scenario import Message, Request


def test_a_conversation_becomes_a_chat_request() -> None:
    request = Request(
        number=3,
        endpoint="/v1/chat/completions",
        messages=(Message(role="system", content="brief"), Message(role="user", content="hi")),
        max_tokens=5,
        stop=("x",),
        seed=9,
        logprobs=2,
    )
    assert request.body() == {
        "model": "default",
        "messages": [{"role": "system", "content": "brief"}, {"role": "user", "content": "hi"}],
        "max_tokens": 5,
        "temperature": 0.0,
        "top_p": 1.0,
        "stream": True,
        "ignore_eos": False,
        "return_token_ids": True,
        "stop": ["x"],
        "seed": 9,
        "logprobs": True,
        "top_logprobs": 2,
    }


def test_a_prompt_becomes_a_completion_request() -> None:
    body = Request(number=0, endpoint="/v1/completions", prompt=(4, 5), max_tokens=1, logprobs=0).body()
    assert (body["prompt"], body["logprobs"]) == ([4, 5], 0)
    assert not {"messages", "stop", "seed", "top_logprobs"} & body.keys()


def test_a_request_asks_for_a_token_at_least() -> None:
    with pytest.raises(ValueError, match="max_tokens"):
        Request(number=0, endpoint="/v1/completions", prompt="x", max_tokens=0)


def test_an_unknown_scenario_lists_the_known_ones() -> None:
    with pytest.raises(UnknownScenario, match="unknown scenario 'chess'; known: chat"):
        find_scenario("chess")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_brings_its_starter_and_a_scale_for_every_model(name: str) -> None:
    scenario = find_scenario(name)
    assert scenario.name == name
    assert (scenario.starter / "serve.py").is_file()
    for preset in ("tiny", "small", "full", None):
        scale = scenario.scale(preset)
        assert scale.prompt_tokens.maximum + scale.output_tokens.maximum < scale.context_tokens
        assert scale.load.warmup_seconds <= scale.load.warmup_limit_seconds
