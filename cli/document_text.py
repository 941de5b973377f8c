"""`python -m cli.document_text > docs/json.md`: writes down what commands print with `--json`, from the values themselves."""

import ast
import inspect
import sys
import textwrap
from collections import Counter
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
    names = _names()
    commands = "\n".join(_command(command, document, names) for command, document in DOCUMENTS.items())
    values = "\n".join(_section(kind, names) for kind in names)
    return f"{HEAD}\n## Commands\n\n{commands}\n\n## Values\n\n{values}"


def _names() -> Mapping[type[Value], str]:
    """Every value that is printed, those that it is made of after it; called after its module too where several are called alike."""
    found: dict[type[Value], None] = {}
    pending = [kind for document in DOCUMENTS.values() for kind in document.kinds]
    while pending:
        kind = pending.pop(0)
        if kind not in found:
            found[kind] = None
            pending[:0] = _parts(kind)
    alike = Counter(kind.__name__ for kind in found)
    return {kind: f"{kind.__module__.rsplit('.', 1)[-1]} {kind.__name__}" if alike[kind.__name__] > 1 else kind.__name__ for kind in found}


def _command(command: str, document: Document, names: Mapping[type[Value], str]) -> str:
    kinds = " or ".join(_link(names[kind]) for kind in document.kinds)
    told = f"an array of {kinds}" if document.many else kinds
    return f"- `vibeserve {command} --json`: {told}" + (f" ({document.when})" if document.when else "")


def _section(kind: type[Value], names: Mapping[type[Value], str]) -> str:
    schema = TypeAdapter(kind).json_schema(mode="serialization")
    fields: Schema = _own(schema).get("properties", {})
    said = _docstrings(kind)
    by_class = {each.__name__: names[each] for each in (*_parts(kind), kind)}
    rows = [f"| `{name}` | {_type(field, schema, by_class)} | {said.get(name, '')} |" for name, field in fields.items()]
    about = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
    return "\n".join((f"### {names[kind]}", "", about, "", "| field | type | meaning |", "|---|---|---|", *rows, ""))


def _parts(kind: type[Value]) -> list[type[Value]]:
    """The values that stand in its fields."""
    return list(dict.fromkeys(each for field in kind.model_fields.values() for each in _inside(field.annotation)))


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
    return _type(target, schema, names) if "enum" in target else _link(names[short])


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


def _link(name: str) -> str:
    return f"[{name}](#{_anchor(name)})"


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _said(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower()


if __name__ == "__main__":
    sys.stdout.write(text())
