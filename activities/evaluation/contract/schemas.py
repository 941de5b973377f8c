"""Properties of answers under a JSON schema: valid, chosen by the model among what the schema allows, and refused where it is no schema."""

import asyncio

from pydantic import JsonValue

from activities.evaluation.answers import Answered, show
from activities.evaluation.contract.check import Check, check
from activities.evaluation.contract.probe import Probe, Violation
from scenarios.scenario import Request

_CHAT = "/v1/chat/completions"
_TOKENS = 96
_CLIENTS = 3
_BROKEN: tuple[JsonValue, ...] = (
    {"type": "json_schema"},
    {"type": "json_schema", "json_schema": {"name": "a"}},
    {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "nonsense"}}},
    {"type": "json_schema", "json_schema": {"name": "a", "schema": 5}},
    {"type": "poem"},
    "json",
)


async def answers_keep_to_their_schema(probe: Probe) -> None:
    """Whole and streamed, over both endpoints; of two schemas each answer keeps to its own."""
    answers = [
        await probe.ask(schemed(probe, request)) for request in (probe.chat(), probe.completion(stream=True), probe.chat(stream=True))
    ]
    await probe.right(answers, reason="an answer under a schema is wrong")
    unfinished = next((one for one in answers if one.exchange.finish_reason != "stop"), None)
    if unfinished:
        raise Violation("a document that must be short is not finished", show(unfinished))


async def answers_under_a_schema_follow_their_prompts(probe: Probe) -> None:
    """The same schema, other prompts: many at once, beside plain answers, each judged for itself."""
    schema = made_schema(probe)
    asked = [_under(probe.chat(stream=True), schema) for _ in range(_CLIENTS)] + [probe.chat(stream=True)]
    await probe.right(await asyncio.gather(*map(probe.ask, asked)), reason="among answers under a schema and without one is a wrong one")


async def documents_are_cut_at_max_tokens(probe: Probe) -> None:
    """A document that does not fit ends by its length."""
    cut = await probe.ask(schemed(probe, probe.chat()).model_copy(update={"max_tokens": 3}))
    if cut.exchange.finish_reason != "length":
        raise Violation("a document of more than 3 tokens is not cut at max_tokens 3", show(cut))


async def sampled_answers_keep_to_their_schema(probe: Probe) -> None:
    """A high temperature changes what is chosen, not what is allowed."""
    hot = {"temperature": 1.5, "seed": probe.random.getrandbits(31)}
    answers: list[Answered] = [await probe.ask(schemed(probe, probe.chat()).model_copy(update=hot)) for _ in range(2)]
    await probe.right(answers, reason="a sampled answer under a schema is wrong")


async def broken_schemas_are_refused(probe: Probe) -> None:
    """Better refused than ignored."""
    for form in _BROKEN:
        await probe.refused(_CHAT, {"messages": [{"role": "user", "content": "once"}], "max_tokens": 2, "response_format": form})


async def schemas_are_refused(probe: Probe) -> None:
    """Better refused than ignored, by servers of scenarios without them."""
    form: JsonValue = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    await probe.refused(_CHAT, {"messages": [{"role": "user", "content": "once"}], "max_tokens": 2, "response_format": form})


def schemed(probe: Probe, request: Request) -> Request:
    """The request under a schema of its own."""
    return _under(request, made_schema(probe))


def made_schema(probe: Probe) -> dict[str, JsonValue]:
    """Small enough that every document ends within the tokens asked for, with names that were never asked before."""
    first, second, third, *others = probe.text().split()
    choices: list[JsonValue] = list({word.strip(",.:?"): None for word in others[:4]})
    properties: dict[str, JsonValue] = {
        first: {"enum": choices},
        second: {"type": "boolean"},
        third: {"type": "array", "items": {"type": "string", "maxLength": 5}, "minItems": 1, "maxItems": 2},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _under(request: Request, schema: dict[str, JsonValue]) -> Request:
    return request.model_copy(update={"json_schema": schema, "max_tokens": _TOKENS, "ignore_eos": False})


CHECKS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            answers_keep_to_their_schema,
            answers_under_a_schema_follow_their_prompts,
            documents_are_cut_at_max_tokens,
            sampled_answers_keep_to_their_schema,
            broken_schemas_are_refused,
        ),
    )
)
REFUSALS: tuple[Check, ...] = (check(schemas_are_refused),)
