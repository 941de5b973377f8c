"""The starter as clients meet it: the whole contract over its socket."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.skills.engines import Running, running, token_ids

STARTER = Path(__file__).parents[3] / "scenarios/chat/starter"
GREEDY = {"temperature": 0, "ignore_eos": True, "return_token_ids": True}
PROMPT = list(range(20, 60))
MESSAGES = [{"role": "user", "content": "Say something."}]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preset `tiny`."""
    folder = tmp_path_factory.mktemp("tiny")
    subprocess.run([sys.executable, "-m", "models.make", "--preset", "tiny", "--out", str(folder)], check=True)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(model: Path) -> AsyncGenerator[Running]:
    async with running(STARTER, model) as started:
        yield started


async def test_a_stream_and_a_whole_answer_are_the_same(server: Running) -> None:
    whole = await server.ask(**GREEDY, prompt=PROMPT, max_tokens=20)
    events = await server.stream(**GREEDY, prompt=PROMPT, max_tokens=20, stream_options={"include_usage": True})
    assert token_ids(events) == token_ids([whole])
    assert "".join(choice["text"] for event in events for choice in event["choices"]) == whole["choices"][0]["text"]
    assert events[-1]["usage"] == whole["usage"] == {"prompt_tokens": 40, "completion_tokens": 20, "total_tokens": 60}
    assert events[0]["prompt_token_ids"] == whole["prompt_token_ids"] == PROMPT
    assert whole["object"] == events[0]["object"] == "text_completion"
    assert whole["choices"][0]["finish_reason"] == "length"


async def test_chat_has_the_forms_that_clients_expect(server: Running) -> None:
    whole = await server.ask("/v1/chat/completions", **GREEDY, messages=MESSAGES, max_tokens=8)
    parts = [{"role": "user", "content": [{"type": "text", "text": "Say something."}]}]
    events = await server.stream("/v1/chat/completions", **GREEDY, messages=parts, max_completion_tokens=8)
    assert whole["object"] == "chat.completion"
    assert whole["choices"][0]["message"]["role"] == "assistant"
    assert events[0]["object"] == "chat.completion.chunk"
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert "".join(event["choices"][0]["delta"]["content"] for event in events) == whole["choices"][0]["message"]["content"]
    assert token_ids(events) == token_ids([whole])
    assert events[0]["prompt_token_ids"] == whole["prompt_token_ids"]


async def test_chat_log_probabilities_describe_the_tokens(server: Running) -> None:
    answer = await server.ask("/v1/chat/completions", **GREEDY, messages=MESSAGES, max_tokens=3, logprobs=True, top_logprobs=2)
    content = answer["choices"][0]["logprobs"]["content"]
    assert len(content) == 3
    for token in content:
        assert token["top_logprobs"][0]["logprob"] == pytest.approx(token["logprob"])
        assert bytes(token["bytes"]).decode() == token["token"]


async def test_a_stop_string_ends_the_answer_and_is_not_told(server: Running) -> None:
    whole = (await server.ask(**GREEDY, prompt=PROMPT, max_tokens=30))["choices"][0]["text"]
    stop = whole[len(whole) // 2 :][:3]
    answer = (await server.ask(**GREEDY, prompt=PROMPT, max_tokens=30, stop=stop))["choices"][0]
    assert answer["text"] == whole[: whole.index(stop)]
    assert answer["finish_reason"] == "stop"
    assert len(answer["token_ids"]) < 30


async def test_a_seed_repeats_an_answer_and_another_does_not(server: Running) -> None:
    drawn: dict[str, Any] = {**GREEDY, "prompt": PROMPT, "max_tokens": 20, "temperature": 1.2, "top_p": 0.95}
    first, second, other = [token_ids([await server.ask(**drawn, seed=seed)]) for seed in (4, 4, 5)]
    assert first == second != other


async def test_an_end_token_ends_the_answer_unless_it_is_ignored(server: Running) -> None:
    drawn: dict[str, Any] = {"return_token_ids": True, "prompt": PROMPT, "max_tokens": 450, "temperature": 2.0}
    answers = [await server.ask(**drawn, seed=seed) for seed in range(8)]
    ended = [answer["choices"][0] for answer in answers if answer["choices"][0]["finish_reason"] == "stop"]
    assert ended
    assert all(len(choice["token_ids"]) < 450 for choice in ended)
    long = await server.ask(**drawn, seed=0, ignore_eos=True)
    assert len(token_ids([long])) == 450


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("tools", [{"type": "function"}]),
        ("response_format", {"type": "json_schema", "json_schema": {}}),
        ("echo", True),
        ("max_tokens", 0),
        ("max_tokens", "many"),
        ("max_tokens", 512),
        ("temperature", -1),
        ("temperature", True),
        ("top_p", 0),
        ("seed", 0.5),
        ("stop", [1]),
        ("stop", ""),
        ("logprobs", 99),
        ("stream", "yes"),
        ("prompt", ""),
        ("prompt", None),
        ("prompt", [1, 2, 1_000_000]),
        ("prompt", [1, True]),
        ("prompt", ["one", "two"]),
        ("prompt", "\ud800"),
        ("prompt", "word " * 3000),
    ],
)
async def test_a_bad_field_is_refused_by_name(server: Running, field: str, value: Any) -> None:
    answer = await server.ask(**{**GREEDY, "prompt": PROMPT, "max_tokens": 4, field: value})
    assert answer["status"] == 400
    assert set(answer["error"]) == {"message", "type", "param", "code"}
    assert answer["error"]["param"] in (field, "prompt")


@pytest.mark.parametrize(
    "messages", [None, [], "hi", [{"content": "x"}], [{"role": "user"}], [{"role": "user", "content": [{"type": "image_url"}]}]]
)
async def test_bad_messages_are_refused(server: Running, messages: Any) -> None:
    answer = await server.ask("/v1/chat/completions", messages=messages)
    assert answer["status"] == 400
    assert answer["error"]["param"] == "messages"


async def test_bad_http_is_answered_with_an_error_object(server: Running) -> None:
    for method, path, data, status in [
        ("POST", "/v1/completions", b"{", 400),
        ("POST", "/v1/completions", b"[]", 400),
        ("POST", "/v1/completions", b'{"prompt": "a", "temperature": NaN}', 400),
        ("POST", "/v1/chat/completions", b"\xff\xfe", 400),
        ("GET", "/v1/completions", b"", 405),
        ("GET", "/v1/nothing", b"", 404),
    ]:
        async with server.session.request(method, path, data=data) as response:
            assert response.status == status
            assert "message" in (await response.json())["error"]


async def test_what_it_does_not_know_is_ignored(server: Running) -> None:
    plain = await server.ask(**GREEDY, prompt=PROMPT, max_tokens=4)
    extra = await server.ask(
        **GREEDY, prompt=PROMPT, max_tokens=4, nonce="x", user="me", response_format={"type": "text"}, n=1, suffix=None
    )
    assert token_ids([plain]) == token_ids([extra])


async def test_a_client_that_hangs_up_frees_the_server(server: Running) -> None:
    for _ in range(4):
        await server.abandon(1, **GREEDY, prompt=PROMPT, max_tokens=470)
    answer = await server.ask(**GREEDY, prompt=PROMPT, max_tokens=2)
    assert len(token_ids([answer])) == 2


async def test_sigterm_stops_it_in_the_middle_of_an_answer(server: Running) -> None:
    body = {**GREEDY, "prompt": PROMPT, "max_tokens": 470, "stream": True}
    async with server.session.post("/v1/completions", json=body) as response:
        first = await response.content.readline()
        assert json.loads(first.removeprefix(b"data: "))["choices"]
        assert await server.stop() == 0
