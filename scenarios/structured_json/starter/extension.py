"""What clients may ask beyond plain text: a document of a JSON schema."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fields import BadRequest, Fields
from grammar import Grammars, Guide, compile_schema
from tokenizer import Tokenizer

FORM = "response_format"


@dataclass(frozen=True)
class Extension:
    """The grammar of the schema; None for plain text."""

    grammar: str | None = None

    def usage(self, foretold: int) -> dict[str, Any]:
        """Nothing beside the counts of tokens."""
        return {}


def read_extension(fields: Fields, tokenizer: Tokenizer) -> Extension:
    """`response_format`: text, or a document of a schema, which ends where the schema does."""
    form = fields.get(FORM)
    if form is None:
        return Extension()
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "text":
        return Extension()
    if kind != "json_schema" or not isinstance(form.get("json_schema"), dict):
        raise BadRequest(f"'{FORM}' must be of type text, or of type json_schema with a 'json_schema'", FORM, "unsupported_parameter")
    if fields.flag("ignore_eos"):
        raise BadRequest("'ignore_eos' does not go with a schema: a document ends where its schema does", "ignore_eos")
    return Extension(compile_schema(form["json_schema"].get("schema"), FORM))


class Guides:
    """What restricts the tokens of an answer: its schema."""

    def __init__(self, folder: Path, ends: frozenset[int], vocabulary_size: int) -> None:
        self.grammars = Grammars(folder, ends, vocabulary_size)

    def start(self, extension: Extension) -> Guide | None:
        """The beginning of an answer; None for plain text."""
        return None if extension.grammar is None else self.grammars.start(extension.grammar)
