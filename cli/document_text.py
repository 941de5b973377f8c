"""`python -m cli.document_text > docs/json.md`: writes down what commands print with `--json`, from the values themselves."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from cli.documents import DOCUMENTS, Document
from search.value import Value

Schema = Mapping[str, Any]

HEAD = """# What commands print with `--json`

Made by `python -m cli.document_text > docs/json.md`; a test compares.

With `--json` stdout holds one JSON document and nothing else; the story goes to stderr. Exit codes: 0 done, 1 failed, 2 misuse.
`evaluate`, `compare`, `audit`, `import`, `reproduce`, `doctor` and `gate add` print their document also when what they looked at did not
pass; a command that could not look prints none.

Times are ISO 8601 with a time zone, durations ISO 8601 (`PT1H30M`). Seconds and bytes are plain numbers with their unit in the name. No
number is NaN or infinite. Later versions may add fields.
"""
PLAIN: Mapping[str, str] = {"date-time": "time", "duration": "duration", "path": "path"}


def text() -> str:
    """The whole page."""
    found: dict[str, type[Value]] = {}
    commands = "\n".join(_command(name, document, found) for name, document in DOCUMENTS.items())
    values = "\n".join(_values(found))
    return f"{HEAD}\n## Commands\n\n{commands}\n\n## Values\n\n{values}"


def _command(name: str, document: Document, found: dict[str, type[Value]]) -> str:
    kinds = " or ".join(_link(kind) for kind in document.kinds)
    for kind in document.kinds:
        found.setdefault(_name(kind), kind)
    told = f"an array of {kinds}" if document.many else kinds
    return f"- `vibeserve {name} --json`: {told}" + (f" ({document.when})" if document.when else "")


def _values(found: dict[str, type[Value]]) -> Iterator[str]:
    """Each value once, those that it is made of after it."""
    pending, told = list(found.values()), set[str]()
    while pending:
        kind = pending.pop(0)
        if _name(kind) in told:
            continue
        told.add(_name(kind))
        below = {_name(each): each for each in _parts(kind)}
        pending[:0] = below.values()
        yield _section(kind, below)


def _section(kind: type[Value], below: Mapping[str, type[Value]]) -> str:
    schema = TypeAdapter(kind).json_schema(mode="serialization")
    fields: Schema = _own(schema).get("properties", {})
    said = _docstrings(kind)
    by_class = {each.__name__: name for name, each in below.items()} | {kind.__name__: _name(kind)}
    rows = [f"| `{name}` | {_type(field, schema, by_class)} | {said.get(name, '')} |" for name, field in fields.items()]
    about = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
    return "\n".join((f"### {_name(kind)}", "", about, "", "| field | type | meaning |", "|---|---|---|", *rows, ""))


def _parts(kind: type[Value]) -> list[type[Value]]:
    """The values that stand in its fields."""
    found: dict[str, type[Value]] = {}
    for field in kind.model_fields.values():
        for each in _inside(field.annotation):
            found.setdefault(_name(each), each)
    return list(found.values())


def _inside(annotation: object) -> Iterator[type[Value]]:
    if inspect.isclass(annotation) and issubclass(annotation, Value):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _inside(argument)


def _own(schema: Schema) -> Schema:
    """The value's own schema where it refers to itself."""
    return schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema


def _type(field: Schema, schema: Schema, names: Mapping[str, str]) -> str:
    match field:
        case {"$ref": str(ref)}:
            return _referred(ref.rsplit("/", 1)[-1], schema, names)
        case {"const": value}:
            return f"`{_said(value)}`"
        case {"enum": values}:
            return " or ".join(f"`{_said(value)}`" for value in values)
        case {"anyOf": choices} | {"oneOf": choices}:
            return " or ".join(dict.fromkeys(_type(choice, schema, names) for choice in choices))
        case {"type": "array", "prefixItems": items}:
            return "array of " + ", ".join(_type(item, schema, names) for item in items)
        case {"type": "array", "items": item}:
            return f"array of {_type(item, schema, names)}"
        case {"type": "object", "additionalProperties": {**inner}}:
            return f"object of {_type(inner, schema, names)} by name"
        case {"format": str(form)}:
            return PLAIN.get(form, form)
        case {"type": str(plain)}:
            return plain
        case _:
            return "anything"


def _referred(name: str, schema: Schema, names: Mapping[str, str]) -> str:
    """A value of its own, or a closed set of words."""
    short = name.rsplit("__", 1)[-1]
    target: Schema = schema["$defs"][name]
    return _type(target, schema, names) if "enum" in target else f"[{names[short]}](#{_anchor(names[short])})"


def _docstrings(kind: type[Value]) -> dict[str, str]:
    """The line under each field, those of its bases too."""
    said: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if not issubclass(base, Value) or base is Value:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, after in zip(body.body, body.body[1:], strict=False):
            match field, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(line))):
                    said[name] = inspect.cleandoc(line).replace("\n", " ").replace("|", "\\|")
                case _:
                    pass
    return said


def _name(kind: type[Value]) -> str:
    """A command's own values are called after its module, because several are called alike."""
    module = kind.__module__.split(".")
    return f"{module[1]} {kind.__name__}" if module[0] == "cli" else kind.__name__


def _link(kind: type[Value]) -> str:
    return f"[{_name(kind)}](#{_anchor(_name(kind))})"


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _said(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower()


if __name__ == "__main__":
    sys.stdout.write(text())
