"""The endpoint over real HTTP: what comes back whole or streamed, and what each failure means."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from openai import AsyncOpenAI

from activities.agents.dialogue import Call, Message
from activities.agents.openai_endpoint import Endpoint, StreamedEndpoint, WholeEndpoint
from activities.agents.role import ROLES
from activities.agents.tools.registry import offers
from activities.agents.trouble import ContextOverflow, ModelRefused, ModelUnavailable
from tests.fakes.model_server import Answer, Drops, Fails, ModelServer, Says, model_server

HELLO = (Message(speaker="system", text="Be brief."), Message(speaker="user", text="Hello"))
Open = Callable[[Sequence[Answer]], AbstractAsyncContextManager[tuple[Endpoint, ModelServer]]]


@pytest.fixture(params=[WholeEndpoint, StreamedEndpoint])
def opened(request: pytest.FixtureRequest) -> Open:
    """A scripted server and an endpoint that asks it, in both ways of asking."""

    @asynccontextmanager
    async def open_one(answers: Sequence[Answer]) -> AsyncIterator[tuple[Endpoint, ModelServer]]:
        async with model_server(answers) as server, AsyncOpenAI(base_url=server.url, api_key="key", max_retries=0) as client:
            yield request.param(client), server

    return open_one


async def test_a_text_comes_back_with_its_usage(opened: Open) -> None:
    async with opened([Says("Good morning", cached_tokens=5)]) as (endpoint, server):
        reply = await endpoint.ask("m", HELLO, (), max_tokens=50)
    assert (reply.message.text, reply.finish, reply.model) == ("Good morning", "stop", "m")
    assert reply.usage.input_tokens > 0 and reply.usage.output_tokens > 0
    assert reply.usage.cached_tokens == 5
    assert server.asked[0]["max_tokens"] == 50
    assert server.headers[0]["Authorization"] == "Bearer key"


async def test_several_calls_keep_their_names_arguments_and_order(opened: Open) -> None:
    calls = [("read_file", {"path": "serve.py", "first_line": 3}), ("list_files", {})]
    async with opened([Says("Let me look", calls=calls)]) as (endpoint, server):
        reply = await endpoint.ask("m", HELLO, offers(ROLES["implementer"]), max_tokens=50)
    assert [call.name for call in reply.message.calls] == ["read_file", "list_files"]
    assert reply.message.calls[0].arguments == '{"path": "serve.py", "first_line": 3}'
    assert len({call.id for call in reply.message.calls}) == 2
    assert {tool["function"]["name"] for tool in server.asked[0]["tools"]} >= {"edit_file", "run_command", "submit"}


async def test_malformed_arguments_are_handed_on_as_they_are(opened: Open) -> None:
    async with opened([Says(calls=[("edit_file", '{"path": "serve.py", ')])]) as (endpoint, _):
        reply = await endpoint.ask("m", HELLO, (), max_tokens=50)
    assert reply.message.calls[0].arguments == '{"path": "serve.py", '


async def test_answers_of_tools_are_sent_as_the_protocol_wants_them(opened: Open) -> None:
    talk = (
        *HELLO,
        Message(speaker="assistant", text="", calls=(Call(id="a", name="list_files", arguments="{}"),)),
        Message(speaker="tool", text="serve.py", answers="a"),
    )
    async with opened([Says("Thanks")]) as (endpoint, server):
        await endpoint.ask("m", talk, (), max_tokens=50)
    assert server.asked[0]["messages"][3] == {"role": "tool", "content": "serve.py", "tool_call_id": "a"}


async def test_refusal_and_truncation_are_told(opened: Open) -> None:
    async with opened([Says(refusal="I would rather not"), Says("half a sen", finish="length")]) as (endpoint, _):
        assert (await endpoint.ask("m", HELLO, (), max_tokens=50)).refusal == "I would rather not"
        assert (await endpoint.ask("m", HELLO, (), max_tokens=50)).finish == "length"


@pytest.mark.parametrize(
    ("headers", "delay"),
    [
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after-ms": "1500"}, timedelta(seconds=1.5)),
        ({"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-reset-requests": "1s"}, timedelta(minutes=6)),
        ({"x-ratelimit-reset-requests": "120ms"}, timedelta(milliseconds=120)),
        ({"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, timedelta(hours=24)),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
async def test_a_rate_limit_says_when_to_come_again(opened: Open, headers: dict[str, str], delay: timedelta | None) -> None:
    async with opened([Fails(429, headers=headers)]) as (endpoint, server):
        with pytest.raises(ModelUnavailable, match="429") as caught:
            await endpoint.ask("m", HELLO, (), max_tokens=50)
    assert caught.value.delay == delay
    assert len(server.asked) == 1, "the client itself asks once"


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 529])
async def test_a_passing_failure_is_one_to_try_again(opened: Open, status: int) -> None:
    async with opened([Fails(status)]) as (endpoint, _):
        with pytest.raises(ModelUnavailable, match=str(status)):
            await endpoint.ask("m", HELLO, (), max_tokens=50)


async def test_a_connection_that_breaks_in_the_middle_is_one_to_try_again(opened: Open) -> None:
    async with opened([Drops()]) as (endpoint, _):
        with pytest.raises(ModelUnavailable):
            await endpoint.ask("m", HELLO, (), max_tokens=50)


async def test_nobody_at_the_address_is_one_to_try_again() -> None:
    async with AsyncOpenAI(base_url="http://127.0.0.1:9/v1", api_key="key", max_retries=0) as client:
        with pytest.raises(ModelUnavailable, match="connection"):
            await WholeEndpoint(client).ask("m", HELLO, (), max_tokens=50)


async def test_a_reply_that_takes_too_long_is_one_to_try_again() -> None:
    async with (
        model_server([Says("At last", delay_seconds=30.0)]) as server,
        AsyncOpenAI(base_url=server.url, api_key="key", max_retries=0, timeout=0.2) as client,
    ):
        with pytest.raises(ModelUnavailable, match="timed out"):
            await StreamedEndpoint(client).ask("m", HELLO, (), max_tokens=50)


@pytest.mark.parametrize(
    ("failure", "words", "final"),
    [(Fails(401), "API key", True), (Fails(404), "OPENAI_BASE_URL", True), (Fails(400, "no such field"), "no such field", False)],
)
async def test_what_will_never_work_ends_with_a_clear_word(opened: Open, failure: Fails, words: str, final: bool) -> None:
    async with opened([failure]) as (endpoint, _):
        with pytest.raises(ModelRefused, match=words) as caught:
            await endpoint.ask("m", HELLO, (), max_tokens=50)
    assert caught.value.final is final


@pytest.mark.parametrize(
    "failure",
    [
        Fails(400, "This model's maximum context length is 8192 tokens", code="context_length_exceeded"),
        Fails(400, "the request exceeds the available context size"),
        Fails(413, "too large"),
    ],
)
async def test_a_conversation_that_is_too_long_is_told_from_other_mistakes(opened: Open, failure: Fails) -> None:
    async with opened([failure]) as (endpoint, _):
        with pytest.raises(ContextOverflow):
            await endpoint.ask("m", HELLO, (), max_tokens=50)
