"""JSON schemas from a seed, of the kinds in JSONSchemaBench (arXiv 2501.10868): function calls, records, events, manifests, settings.

Every document of one of them is short: texts, numbers and lists are bounded, so that it ends whatever the model likes to say.
Schemas of the benchmark itself are taken too, where a folder of them lies beside this file.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random

from llguidance import LLMatcher
from pydantic import JsonValue

from models.words import Writer

BENCH = Path(__file__).parent / "JSONSchemaBench"
"""A clone or a part of the benchmark: files of one schema each."""
BENCH_SHARE = 0.5
"""Of schemas from the benchmark, where it is there."""
FIELD_TOKENS = 16
"""About what one field of a document takes."""
_LONGEST_TEXT = 12
_MOST_BENCH_BYTES = 1500

Schema = dict[str, JsonValue]


def make_schema(random: Random, writer: Writer, *, fields: int) -> Schema:
    """A schema of a random kind whose documents have about so many fields."""
    bench = bench_schemas(BENCH)
    if bench and random.random() < BENCH_SHARE:
        return dict(random.choice(bench))
    return random.choice(_KINDS)(random, writer, fields)


@cache
def bench_schemas(folder: Path) -> tuple[Mapping[str, JsonValue], ...]:
    """Schemas of a folder of JSONSchemaBench that are short enough for a prompt and have a grammar; none where it is missing."""
    found: list[Mapping[str, JsonValue]] = []
    for file in sorted(folder.rglob("*.json")):
        text = file.read_text()
        if len(text) <= _MOST_BENCH_BYTES and isinstance(schema := _parsed(text), dict) and _has_grammar(schema):
            found.append(schema)
    return tuple(found)


def _parsed(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _has_grammar(schema: Schema) -> bool:
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})
    return not LLMatcher.validate_grammar(grammar)


def _call(random: Random, writer: Writer, fields: int) -> Schema:
    """A function's name, and arguments for it."""
    arguments = _object(random, writer, max(fields - 1, 1), _plain)
    return _closed({"name": {"const": _word(writer)}, "arguments": arguments})


def _record(random: Random, writer: Writer, fields: int) -> Schema:
    """A flat object of plain fields."""
    return _object(random, writer, fields, _plain)


def _event(random: Random, writer: Writer, fields: int) -> Schema:
    """A flat object whose fields may be null."""
    return _object(random, writer, fields, lambda random, writer: _nullable(random, _plain(random, writer)))


def _manifest(random: Random, writer: Writer, fields: int) -> Schema:
    """What kind of thing, and its description in an object of its own."""
    head: Schema = {"kind": _choice(random, writer), "version": {"const": f"{random.randint(1, 9)}.{random.randint(0, 9)}"}}
    return _closed({**head, "spec": _object(random, writer, max(fields - 2, 1), _plain)})


def _settings(random: Random, writer: Writer, fields: int) -> Schema:
    """Objects and lists within an object."""
    groups = max(fields // 3, 1)
    return _object(random, writer, groups, lambda random, writer: _object(random, writer, 2, _plain_or_list))


_KINDS: tuple[Callable[[Random, Writer, int], Schema], ...] = (_call, _record, _event, _manifest, _settings)


def _object(random: Random, writer: Writer, fields: int, make: Callable[[Random, Writer], Schema]) -> Schema:
    names = dict.fromkeys(_word(writer) for _ in range(4 * fields))
    return _closed({name: make(random, writer) for name in list(names)[:fields]})


def _closed(properties: Mapping[str, JsonValue]) -> Schema:
    """All of these and nothing else."""
    return {"type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False}


def _plain(random: Random, writer: Writer) -> Schema:
    low = random.randrange(100)
    plain: tuple[Schema, ...] = (
        {"type": "string", "maxLength": random.randint(4, _LONGEST_TEXT)},
        {"type": "string", "pattern": f"^[a-z]{{2,{random.randint(4, 8)}}}$"},
        {"type": "integer", "minimum": low, "maximum": low + random.randint(1, 900)},
        {"type": "boolean"},
        _choice(random, writer),
    )
    return random.choice(plain)


def _plain_or_list(random: Random, writer: Writer) -> Schema:
    if random.random() < 0.5:
        return _plain(random, writer)
    return {"type": "array", "items": _choice(random, writer), "minItems": 1, "maxItems": 2}


def _choice(random: Random, writer: Writer) -> Schema:
    words: list[JsonValue] = list(dict.fromkeys(_word(writer) for _ in range(random.randint(2, 5))))
    return {"enum": words}


def _nullable(random: Random, schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]} if random.random() < 0.5 else schema


def _word(writer: Writer) -> str:
    return writer.word()
