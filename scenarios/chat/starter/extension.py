"""What clients may ask beyond plain text: nothing. A server that can do more has another file in this place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fields import BadRequest, Fields
from tokenizer import Tokenizer


@dataclass(frozen=True)
class Extension:
    """Nothing beyond plain text."""

    def usage(self, foretold: int) -> dict[str, Any]:
        """What usage tells beside the counts of tokens; `foretold` are those that a prediction had."""
        return {}


def read_extension(fields: Fields, tokenizer: Tokenizer) -> Extension:
    """Refuse what this server does not do, rather than answer something else."""
    form = fields.get("response_format")
    if form is not None and (not isinstance(form, dict) or form.get("type") != "text"):
        raise BadRequest("'response_format' other than text is not supported", "response_format", "unsupported_parameter")
    return Extension()


class Guides:
    """What restricts the tokens of an answer: nothing."""

    def __init__(self, folder: Path, ends: frozenset[int], vocabulary_size: int) -> None:
        """A composed engine makes one."""

    def start(self, extension: Extension) -> None:
        """The beginning of an answer."""
