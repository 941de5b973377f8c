"""Asks one model through OpenAI's chat completions, whole or streamed; retries are Temporal's."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import httpx2
from openai import APIError, AsyncOpenAI, Omit, omit
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolUnionParam
from openai.types.completion_usage import CompletionUsage

from activities.agents.dialogue import Call, Message, Reply, Usage
from activities.agents.trouble import ModelUnavailable, meaning

Fields = dict[str, Any]

REASONING = re.compile(r"o\d|gpt-5")
"""OpenAI's models that refuse `max_tokens`; every other server knows only that."""


class Endpoint(Protocol):
    """Answers one turn of a conversation. Raises ModelUnavailable, ModelRefused, ContextOverflow."""

    async def ask(self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, max_tokens: int) -> Reply:
        """The model's next message."""
        ...


class WholeEndpoint:
    """The reply comes in one piece."""

    def __init__(self, client: AsyncOpenAI) -> None:
        """A client that does not retry."""
        self._client = client

    async def ask(self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, max_tokens: int) -> Reply:
        """One request, one reply."""
        try:
            answer = await self._client.chat.completions.create(
                model=model, messages=_messages(messages), tools=_tools(tools), extra_body=_limit(model, max_tokens)
            )
        except (APIError, httpx2.HTTPError) as error:
            raise meaning(error, datetime.now(UTC)) from error
        return _whole(answer, model)


class StreamedEndpoint:
    """The reply comes in events; one that breaks off is no reply."""

    def __init__(self, client: AsyncOpenAI) -> None:
        """A client that does not retry."""
        self._client = client

    async def ask(self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, max_tokens: int) -> Reply:
        """One request, its events put together."""
        gathered = _Gathered(model)
        try:
            events = await self._client.chat.completions.create(
                model=model,
                messages=_messages(messages),
                tools=_tools(tools),
                stream=True,
                stream_options={"include_usage": True},
                extra_body=_limit(model, max_tokens),
            )
            async for chunk in events:
                gathered.take(chunk)
        except (APIError, httpx2.HTTPError) as error:
            raise meaning(error, datetime.now(UTC)) from error
        return gathered.reply()


class _Gathered:
    def __init__(self, model: str) -> None:
        self._model = model
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, Fields] = {}
        self._finish = ""
        self._usage: CompletionUsage | None = None

    def take(self, chunk: ChatCompletionChunk) -> None:
        """One event."""
        self._usage = chunk.usage or self._usage
        for choice in chunk.choices[:1]:
            self._text.append(choice.delta.content or "")
            self._refusal.append(choice.delta.refusal or "")
            self._finish = choice.finish_reason or self._finish
            for part in choice.delta.tool_calls or ():
                call = self._calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                call["id"] = part.id or call["id"]
                if part.function:
                    call["name"] += part.function.name or ""
                    call["arguments"] += part.function.arguments or ""

    def reply(self) -> Reply:
        """All events together."""
        if not self._finish:
            raise ModelUnavailable("the stream ended before the reply was complete")
        calls = tuple(Call(**self._calls[index]) for index in sorted(self._calls))
        return Reply(
            message=Message(speaker="assistant", text="".join(self._text), calls=calls),
            finish=self._finish,
            refusal="".join(self._refusal),
            usage=_usage(self._usage),
            model=self._model,
        )


def _whole(answer: ChatCompletion, model: str) -> Reply:
    if not answer.choices:
        raise ModelUnavailable("the endpoint answered without a message")
    choice = answer.choices[0]
    calls = tuple(
        Call(id=call.id, name=call.function.name, arguments=call.function.arguments)
        for call in choice.message.tool_calls or ()
        if call.type == "function"
    )
    return Reply(
        message=Message(speaker="assistant", text=choice.message.content or "", calls=calls),
        finish=choice.finish_reason,
        refusal=choice.message.refusal or "",
        usage=_usage(answer.usage),
        model=model,
    )


def _usage(told: CompletionUsage | None) -> Usage:
    if told is None:
        return Usage()
    cached = told.prompt_tokens_details.cached_tokens if told.prompt_tokens_details else 0
    return Usage(input_tokens=told.prompt_tokens, cached_tokens=cached or 0, output_tokens=told.completion_tokens)


def _messages(messages: Sequence[Message]) -> list[ChatCompletionMessageParam]:
    return [cast("ChatCompletionMessageParam", _message(message)) for message in messages]


def _tools(tools: Sequence[Mapping[str, Any]]) -> list[ChatCompletionToolUnionParam] | Omit:
    return [cast("ChatCompletionToolUnionParam", tool) for tool in tools] if tools else omit


def _limit(model: str, max_tokens: int) -> Mapping[str, int]:
    return {"max_completion_tokens" if REASONING.match(model) else "max_tokens": max_tokens}


def _message(message: Message) -> Fields:
    fields: Fields = {"role": message.speaker, "content": message.text}
    if message.calls:
        fields["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}} for call in message.calls
        ]
    if message.answers:
        fields["tool_call_id"] = message.answers
    return fields
