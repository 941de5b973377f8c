"""A tool: its name, what the model reads about it, and the arguments that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from search.value import Value

Arguments = TypeVar("Arguments", bound=Value)

ANSWER_CHARACTERS = 16_000


class BadCall(Exception):
    """The model used a tool wrongly; the words go back to it."""


@dataclass(frozen=True)
class Tool:
    """What a model is offered."""

    name: str
    description: str
    arguments: type[Value]

    def offer(self) -> Mapping[str, Any]:
        """As chat completions describe a function."""
        schema = self.arguments.model_json_schema()
        return {"type": "function", "function": {"name": self.name, "description": self.description, "parameters": schema}}


def read_arguments(kind: type[Arguments], text: str) -> Arguments:
    """The arguments of a call; BadCall says what is wrong with them."""
    try:
        return kind.model_validate_json(text or "{}")
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in error.errors()[:5])
        raise BadCall(f"the arguments do not fit: {told}") from None


def bounded(text: str, limit: int = ANSWER_CHARACTERS) -> str:
    """The beginning and the end of a long text."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
